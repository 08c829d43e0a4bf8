"""Explain two log files: decided again where both are HyprL traces that allow it, else by signatures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from hyprl.bootstrap.pages import check_page
from hyprl.errors import HyprLError, TraceError
from hyprl.parity.explain import explain
from hyprl.parity.findings import Explanation, Redecide
from hyprl.parity.load import SignalLog, load_signal_log
from hyprl.parity.verdict import ParityResult
from hyprl.report.page.content import PageContent

if TYPE_CHECKING:  # two foreign logs are compared without loading an engine
    from hyprl.bootstrap.check import CheckOutcome

MOST_PAGE_ROWS = 200_000
_TRACE_COLUMN = "schema_version"
_ONLY_TRACES = "shares of the gap: only two HyprL traces (HYPRL_PARITY_TRACE=1) can be decided again"


def explain_logs(
    left: SignalLog, right: SignalLog, expected_opens: npt.NDArray[np.int64] | None = None
) -> Explanation:
    """Explain two loaded logs; why nothing could be decided again is among what was not assessed.

    `expected_opens` are the calendar's bar opens, µs UTC. Raises SignalLogError for logs that cannot be compared.
    """
    note = _ONLY_TRACES
    if all(_TRACE_COLUMN in log.frame.columns for log in (left, right)):
        try:
            redecide = _redecide(left, right)
            return explain(left.frame, right.frame, redecide=redecide, expected_opens=expected_opens)
        except HyprLError as error:
            note = f"shares of the gap: {error}"
    return _with_note(explain(left.frame, right.frame, expected_opens=expected_opens), note)


def explain_files(left: Path, right: Path) -> Explanation:
    """Load and explain two files. Raises SignalLogError or TraceError for one that cannot be read."""
    return explain_logs(load_signal_log(left), load_signal_log(right))


def explanation_for_page(result: ParityResult, left: SignalLog, right: SignalLog) -> Explanation | None:
    """Explain what a page shows; None where nothing differs or the logs are so long that it would take minutes."""
    if result.main.diff.height > MOST_PAGE_ROWS:
        return None
    found = explain_logs(left, right)
    return None if found.location.first_bar is None else found


def explained_check_page(outcome: CheckOutcome) -> PageContent:
    """Return the page of a check with the causes of what its longest window's traces differ in."""
    left, right = (load_signal_log(path) for path in outcome.windows[0].files[:2])
    return check_page(outcome, explanation_for_page(outcome.result, left, right))


def _redecide(left: SignalLog, right: SignalLog) -> Redecide:
    from hyprl.bootstrap.redecide import redecide_for  # the engine, which foreign logs do without

    redecide = redecide_for(left.path, right.path)
    if redecide is None:
        raise TraceError(
            "the traces hold too little to decide a bar again",
            where=f"{left.path}, {right.path}",
            remedy="Record them with this version of HyprL.",
        )
    return redecide


def _with_note(explanation: Explanation, note: str) -> Explanation:
    if explanation.location.first_bar is None:
        return explanation
    return replace(explanation, not_assessed=(*explanation.not_assessed, note))
