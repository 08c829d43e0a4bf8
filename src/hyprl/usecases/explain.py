"""Explain two compared logs: decided again where both are HyprL traces that allow it, else by signatures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hyprl.causes.explain import explain as explain_pair
from hyprl.causes.facts.unassessed import SharesNotMeasured
from hyprl.causes.findings import Explanation
from hyprl.errors import HyprLError
from hyprl.report.worded import WordedExplanation, worded

if TYPE_CHECKING:
    from hyprl.usecases.compare import Comparison

# Rows of a diff beyond which a page shows no causes: reading them off would take minutes.
MOST_PAGE_ROWS = 200_000


def explain(comparison: Comparison) -> WordedExplanation:
    """Say where the logs part and why; why nothing could be decided again is among what was not assessed."""
    pair, diff, opens = comparison.pair, comparison.result.main.diff, comparison.expected_opens
    note = SharesNotMeasured()
    if pair.traces is not None:
        from hyprl.redecide import redecide_for  # the engine, which foreign logs do without

        try:
            redecide = redecide_for(*pair.traces)
            return worded(explain_pair(pair, diff, redecide=redecide, expected_opens=opens))
        except HyprLError as error:
            note = SharesNotMeasured(str(error))
    return worded(_with_note(explain_pair(pair, diff, expected_opens=opens), note))


def explain_for_page(comparison: Comparison) -> WordedExplanation | None:
    """Explain what a page shows; None where nothing differs or the logs are so long that it would take minutes."""
    if comparison.result.main.diff.height > MOST_PAGE_ROWS:
        return None
    found = explain(replace(comparison, expected_opens=None))
    return None if found.location.first_bar is None else found


def _with_note(explanation: Explanation, note: SharesNotMeasured) -> Explanation:
    if explanation.location.first_bar is None:
        return explanation
    return replace(explanation, not_assessed=(*explanation.not_assessed, note))
