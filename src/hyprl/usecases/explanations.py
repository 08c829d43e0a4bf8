"""Explain two log files: decided again where both are HyprL traces that allow it, else by signatures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from hyprl.causes.explain import explain
from hyprl.causes.findings import Explanation, Redecide
from hyprl.errors import HyprLError
from hyprl.logs.load import SignalLog, load_signal_log
from hyprl.parity.gates import KEPT
from hyprl.parity.verdict import ParityResult

if TYPE_CHECKING:  # two foreign logs are compared without loading an engine
    from hyprl.usecases.check import CheckOutcome

MOST_PAGE_ROWS = 200_000
EXACT = "exact"
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


def explanation_of_check(outcome: CheckOutcome) -> Explanation | None:
    """Explain what the longest window's traces of a check differ in; None where they do not."""
    result = outcome.result
    if result.stage == EXACT and result.verdict == KEPT and all(g.accepted is None for g in result.gates):
        return None
    left, right = (load_signal_log(path) for path in outcome.windows[0].files[:2])
    return explanation_for_page(result, left, right)


def _redecide(left: SignalLog, right: SignalLog) -> Redecide:
    from hyprl.redecide import redecide_for  # the engine, which foreign logs do without

    return redecide_for(left.path, right.path)


def _with_note(explanation: Explanation, note: str) -> Explanation:
    if explanation.location.first_bar is None:
        return explanation
    return replace(explanation, not_assessed=(*explanation.not_assessed, note))
