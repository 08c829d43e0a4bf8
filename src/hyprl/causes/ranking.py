"""From what several symbols and two kinds of evidence say to one ranked list: one finding per cause.

A counterfactual measures, a signature only reads; where both name a cause the measured one leads and takes the
signature's evidence along. Where everything could be decided again and the result is the right log, a signature of a
cause that changed nothing is contradicted and no longer stated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from math import isfinite

from hyprl.causes.cause import Cause
from hyprl.causes.findings import EvidenceKind, Finding

# What a pattern is still worth whose cause, decided again, changed nothing: listed, and far from being stated.
_CONTRADICTED = 0.3
# Of a recorded gap this much may be left before deciding again counts as the right log (formats that round, say).
_UNREPRODUCED = 0.02
# Readings that are told beside the strongest one; more would repeat it in other words.
_MORE = 2
_RANK = {cause: place for place, cause in enumerate(Cause)}


def merge(counterfactuals: Sequence[Finding], signatures: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return one finding per cause, the likeliest first."""
    read: dict[Cause, list[Finding]] = {}
    for finding in signatures:
        read.setdefault(finding.cause, []).append(finding)
    measured = [_backed(finding, read.pop(finding.cause, [])) for finding in counterfactuals]
    alone = [_together(group) for group in read.values()]
    if measured and _reproduced(measured):
        alone = [replace(f, confidence=min(f.confidence, _CONTRADICTED)) for f in alone]
    return (*_ranked(measured, _by_share), *_ranked(alone, _by_confidence))


def _reproduced(measured: Sequence[Finding]) -> bool:
    return all(f.swap is not None and f.swap.unreproduced <= _UNREPRODUCED for f in measured)


def _ranked(findings: list[Finding], key: Callable[[Finding], tuple[float, ...]]) -> list[Finding]:
    return sorted(findings, key=key, reverse=True)


def _backed(measured: Finding, read: list[Finding]) -> Finding:
    if not read:
        return measured
    best = max(read, key=_by_confidence)
    return replace(
        measured,
        readings=best.readings,
        first_bar=measured.first_bar or best.first_bar,
        columns=measured.columns or best.columns,
    )


def _together(group: list[Finding]) -> Finding:
    ordered = sorted(group, key=_by_confidence, reverse=True)
    best, others = ordered[0], ordered[1 : 1 + _MORE]
    return replace(best, readings=(*best.readings, *(reading for f in others for reading in f.readings)))


def _by_confidence(finding: Finding) -> tuple[float, int]:
    return finding.confidence, -_RANK[finding.cause]


def _by_share(finding: Finding) -> tuple[bool, bool, float, float, float]:
    shares = (finding.share_of_gap, finding.share_of_probability, finding.share_of_size)
    gap, probability, sizes = (
        abs(share) if share is not None and isfinite(share) else 0.0 for share in shares
    )
    return finding.confident, finding.kind is EvidenceKind.COUNTERFACTUAL, gap, probability, sizes
