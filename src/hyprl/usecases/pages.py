"""Gather what a page shows: the result, both sides, what identifies them."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from hyprl.errors import SignalLogError
from hyprl.report.page.content import PageContent, Side
from hyprl.report.worded import WordedExplanation

if TYPE_CHECKING:  # two foreign logs are compared without loading an engine
    from hyprl.usecases.check import CheckedWindow, CheckOutcome
    from hyprl.usecases.compare import Comparison
    from hyprl.usecases.drive import Outcome


def check_page(outcome: CheckOutcome, explanation: WordedExplanation | None = None) -> PageContent:
    """Return the page of a finished check; its charts are of the longest window."""
    prepared, window = outcome.prepared, outcome.windows[0]
    notes = [prepared.chosen.note, *prepared.notes]
    notes += [
        f"In-sample: the model was trained on bars of the {item.name}; its results prove nothing."
        for item in outcome.windows
        if item.run.in_sample
    ]
    facts = (
        ("bars", f"{prepared.series.source}, {window.run.window.length:,} decided"),
        ("bars SHA-256", prepared.series.sha256()),
        ("model", str(prepared.chosen.path)),
        ("model SHA-256", prepared.chosen.model.sha256),
        ("config SHA-256", prepared.config.sha256()),
        ("equity", window.run.equity_source),
    )
    sides = (_engine(window, "backtest", window.backtest, 0), _engine(window, "replay", window.replay, 1))
    return PageContent("check", prepared.symbol, outcome.result, sides, facts, tuple(notes), explanation)


def comparison_page(
    command: str, comparison: Comparison, explanation: WordedExplanation | None = None
) -> PageContent:
    """Return the page of two compared log files. Raises SignalLogError when a file cannot be read any more."""
    pair, result = comparison.pair, comparison.result
    sides = (_file("backtest", pair.left.path), _file("replay", pair.right.path))
    return PageContent(command, result.subject, result, sides, (), pair.notes, explanation)


def _engine(window: CheckedWindow, name: str, outcome: Outcome, place: int) -> Side:
    facts = {
        "run": f"{name}-{window.run.run_id}",
        "trades": f"{len(outcome.trades):,}",
        "final equity": f"{outcome.final_equity:,.2f}",
    }
    return Side(name, window.files[place].name, facts)


def _file(name: str, path: Path) -> Side:
    if not path.is_file():  # a pipe has been read to its end
        return Side(name, str(path))
    digest = sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise SignalLogError(
            f"cannot be read any more ({error.strerror or error})", where=str(path), remedy="Run it again."
        ) from error
    return Side(name, str(path), {"file SHA-256": digest.hexdigest()})
