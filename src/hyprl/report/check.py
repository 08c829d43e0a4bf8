"""Shows a finished check: on a terminal, and as JSON. Computes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hyprl.parity.verdict import Compared

if TYPE_CHECKING:
    from rich.console import Console

    from hyprl.report.worded import WordedExplanation


@dataclass(frozen=True, slots=True)
class EngineView:
    """How one engine ended: trades, equity in account currency."""

    trades: int
    final_equity: float


@dataclass(frozen=True, slots=True)
class WindowView:
    """One window that both engines decided, and the files that were written of it."""

    name: str
    run_id: str
    bars: int
    in_sample: bool
    equity_source: str
    backtest: EngineView
    replay: EngineView
    trades_equal: bool
    files: tuple[Path, ...]

    def as_json_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        return {
            "window": self.name,
            "run_id": self.run_id,
            "bars": self.bars,
            "in_sample": self.in_sample,
            "equity_source": self.equity_source,
            "trades": {"backtest": self.backtest.trades, "replay": self.replay.trades},
            "trades_equal": self.trades_equal,
            "final_equity": {
                "backtest": self.backtest.final_equity,
                "replay": self.replay.final_equity,
            },
            "files": [str(path) for path in self.files],
        }


@dataclass(frozen=True, slots=True)
class CheckView:
    """A finished check. Dates are exchange-local, both included; `explanation` is None where nothing differs."""

    symbol: str
    bars_source: str
    start: date
    end: date
    config_hash: str
    model_path: Path
    model_sha256: str
    model_note: str
    bar_notes: tuple[str, ...]
    windows: tuple[WindowView, ...]
    result: Compared
    explanation: WordedExplanation | None

    def as_json_dict(self) -> dict[str, Any]:
        """Return JSON values: the result's, and what identifies the runs."""
        return {
            **self.result.as_json_dict(),
            "symbol": self.symbol,
            "bars_source": self.bars_source,
            "start": str(self.start),
            "end": str(self.end),
            "config_hash": self.config_hash,
            "model": {"path": str(self.model_path), "sha256": self.model_sha256},
            "notes": list(self.bar_notes),
            "explanation": None if self.explanation is None else self.explanation.as_json_dict(),
            "runs": [window.as_json_dict() for window in self.windows],
        }


def show_check(view: CheckView, console: Console) -> None:
    """Print what was run, what was written, the causes of a gap, and the verdict last."""
    from hyprl.report.explanation import render_causes
    from hyprl.report.terminal import render_parity

    console.print(f"{view.symbol} ({view.bars_source}), {view.start} … {view.end}")
    for note in (view.model_note, *view.bar_notes):
        console.print(f"  {note}")
    for window in view.windows:
        _show_window(window, console)
    for path in (path for window in view.windows for path in window.files if path.suffix != ".parquet"):
        console.print(f"  wrote {path}")
    if view.explanation is not None:
        render_causes(view.explanation, console)
    render_parity(view.result, console)


def _show_window(window: WindowView, console: Console) -> None:
    if window.in_sample:
        console.print(f"  {window.name}: IN-SAMPLE, the model was trained on bars of this window")
    console.print(
        f"  {window.name}: {window.bars} bars, equity {window.equity_source}, "
        f"{window.backtest.trades} trades, final equity {window.backtest.final_equity:,.2f} "
        f"(backtest) {window.replay.final_equity:,.2f} (replay)"
    )
