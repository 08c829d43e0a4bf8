"""Explain why two logs differ: where they part, which causes the evidence names, and what stays open.

Two kinds of evidence: signatures, read off any two logs, and counterfactuals, where a Redecide can decide the left run
again with parts of the right one. A finding is stated as a cause only where its evidence is strong enough; when several
causes leave one trace, all are listed and none is stated.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from hyprl.causes.counterfactual import attribute
from hyprl.causes.facts.every import OfSymbol
from hyprl.causes.findings import Explanation, Finding, Redecide
from hyprl.causes.locate import locate
from hyprl.causes.ranking import merge
from hyprl.causes.signatures.detect import signatures_of
from hyprl.causes.signatures.pair import pairs_of
from hyprl.domain.arrays import Int64Array
from hyprl.logs.log import LogPair


def explain(
    pair: LogPair,
    diff: pl.DataFrame,
    *,
    redecide: Redecide | None = None,
    expected_opens: Int64Array | None = None,
) -> Explanation:
    """Explain two logs of any number of symbols by their diff; logs that agree have no findings.

    `redecide` must decide these two logs' run. `expected_opens` are the calendar's bar opens, µs UTC.
    """
    location = locate(diff)
    if location.first_bar is None:
        return Explanation(location, (), None, location.not_assessed)
    pairs = pairs_of(diff)
    read = [
        finding if len(pairs) == 1 else _of_symbol(finding, one.symbol)
        for one in pairs
        for finding in signatures_of(one, expected_opens)
    ]
    measured = () if redecide is None else attribute(pair, diff, redecide)
    findings = merge(measured, read)
    return Explanation(location, findings, _residual(findings), location.not_assessed)


def _of_symbol(finding: Finding, symbol: str) -> Finding:
    return replace(finding, readings=tuple(OfSymbol(symbol, reading) for reading in finding.readings))


def _residual(findings: tuple[Finding, ...]) -> float | None:
    shares = [finding.share_of_gap for finding in findings if finding.share_of_gap is not None]
    return max(1.0 - sum(shares), 0.0) if shares else None
