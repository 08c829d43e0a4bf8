"""Shows a backtest or a replay: a table for people, a dictionary for scripts, a picture. Computes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hyprl.backtest.metrics import Performance
from hyprl.domain.decisions import DIRECTION_NAMES, EXIT_NAMES
from hyprl.domain.instants import iso_utc, moment_of
from hyprl.domain.trades import Trade
from hyprl.errors import MissingExtraError, OutputError

if TYPE_CHECKING:
    from rich.console import Console

PICTURES = (".png", ".svg", ".pdf")


@dataclass(frozen=True, slots=True)
class RunView:
    """A finished run as it is shown. Equity is one value per decided bar, in account currency."""

    title: str
    facts: dict[str, object]
    notes: tuple[str, ...]
    in_sample: bool
    performance: Performance
    trades: Sequence[Trade]
    open_utc_us: Sequence[int]
    close: Sequence[float]
    equity: Sequence[float]

    def as_dict(self) -> dict[str, object]:
        """Return JSON values; times are ISO 8601, UTC."""
        return {
            **self.facts,
            "in_sample": self.in_sample,
            "notes": list(self.notes),
            "performance": self.performance.as_dict(),
            "trades": [self._trade(trade) for trade in self.trades],
            "equity": [[iso_utc(us), value] for us, value in zip(self.open_utc_us, self.equity, strict=True)],
        }

    def _trade(self, trade: Trade) -> dict[str, object]:
        return {
            **trade._asdict(),
            "side": DIRECTION_NAMES[trade.side],
            "exit_kind": EXIT_NAMES[trade.exit_kind],
            "entry_timestamp": iso_utc(self.open_utc_us[trade.entry_bar]),
            "exit_timestamp": iso_utc(self.open_utc_us[trade.exit_bar]),
        }


def show_run(view: RunView, console: Console) -> None:
    """Print the run: what was run, what it earned next to holding the shares, how it got out."""
    from rich.table import Table

    performance = view.performance
    console.print(view.title)
    for note in view.notes:
        console.print(f"  {note}", style="dim")
    if view.in_sample:
        console.print(
            "IN-SAMPLE: the window overlaps the bars that the model was trained on; these figures prove nothing.",
            style="bold red",
        )
    table = Table(title=f"{performance.bars} bars", title_justify="left")
    for name in ("", "strategy", "buy and hold"):
        table.add_column(name, justify="left" if not name else "right")
    table.add_row("return", _percent(performance.total_return), _percent(performance.buy_and_hold_return))
    table.add_row(
        "max drawdown", _percent(performance.max_drawdown), _percent(performance.buy_and_hold_max_drawdown)
    )
    table.add_row("Sharpe", _ratio(performance.sharpe), _ratio(performance.buy_and_hold_sharpe))
    table.add_row("trades", str(performance.trades), "1")
    table.add_row("win rate", _percent(performance.win_rate), "")
    table.add_row("profit factor", _ratio(performance.profit_factor), "")
    table.add_row("exposure", _percent(performance.exposure), "100.00 %")
    for kind, count in sorted(performance.exits.items()):
        table.add_row(f"exits: {kind}", str(count), "")
    console.print(table)


def require_picture(path: Path) -> None:
    """Raise now if a picture cannot be drawn to `path`: OutputError for its format, MissingExtraError."""
    if path.suffix.lower() not in PICTURES:
        raise OutputError(
            "is not a picture format", where=str(path), remedy=f"Use one of {', '.join(PICTURES)}."
        )
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise MissingExtraError(
            "matplotlib is not installed", where="--plot", remedy="pip install 'hyprl[plot]'"
        ) from error


def draw_run(view: RunView, path: Path) -> None:
    """Draw equity against holding the shares, drawdown below, trades marked. Raises OutputError."""
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from hyprl.files import atomic_path

    times = [moment_of(us) for us in view.open_utc_us]
    equity = np.asarray(view.equity)
    held = np.asarray(view.close) / view.close[0] * equity[0]
    figure = Figure(figsize=(11, 6.5), layout="constrained")
    FigureCanvasAgg(figure)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    upper.plot(times, equity, label="strategy", color="#0b6e99", linewidth=1.4)
    upper.plot(times, held, label="buy and hold", color="#999999", linewidth=1.0)
    _mark_trades(upper, view, times, equity)
    upper.set_ylabel("equity")
    upper.set_title(view.title + (" (IN-SAMPLE)" if view.in_sample else ""), loc="left", fontsize=11)
    upper.legend(frameon=False)
    drawdown = equity / np.maximum.accumulate(equity) - 1.0
    lower.fill_between(times, drawdown * 100.0, 0.0, color="#c0392b", alpha=0.5)
    lower.set_ylabel("drawdown %")
    for axis in (upper, lower):
        axis.grid(alpha=0.25)
        axis.spines[["top", "right"]].set_visible(False)
    with atomic_path(path) as temporary:
        figure.savefig(temporary, format=path.suffix[1:].lower(), dpi=120)


def _mark_trades(axis: Any, view: RunView, times: list[datetime], equity: Any) -> None:
    for won, colour, name in ((True, "#2e8b57", "winning exit"), (False, "#c0392b", "losing exit")):
        bars = [trade.exit_bar for trade in view.trades if (trade.pnl > 0.0) is won]
        axis.scatter([times[bar] for bar in bars], equity[bars], s=18, color=colour, label=name, zorder=3)


def _percent(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.2%}".replace("%", " %")


def _ratio(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.2f}"
