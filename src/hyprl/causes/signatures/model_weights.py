"""Read features and probabilities for other weights, another scaler or calibration, a model that was not reloaded.

With features in the logs: equal features and unequal probabilities leave the model alone. Where features differ too,
each side's log-odds are solved for its own features (exact for a logistic model); two different solutions are two
models. Without features: log-odds of one side that are a function of the other's are one model seen through another
calibration.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hyprl.causes.cause import Cause
from hyprl.causes.facts.model_weights import (
    Line,
    OtherCalibration,
    OtherModelHash,
    OtherProbabilities,
    OtherSolution,
)
from hyprl.causes.findings import Finding
from hyprl.causes.signatures.fades import fade_of
from hyprl.causes.signatures.lags import lag_of
from hyprl.causes.signatures.number_formats import is_noise, is_rounded, narrow_step
from hyprl.causes.signatures.pair import Bools, Column, Floats, Pair, first_true, share_of
from hyprl.causes.signatures.risk_and_stops import Money

_EXACT = 1e-7
_LEAST_BARS = 12
_FROZEN = 3
_SMOOTH = 0.1


def find(pair: Pair, money: Money | None) -> list[Finding]:
    """Report another model or calibration."""
    column, logit = pair.probability, pair.logit
    if column is None or logit is None or not (column.differs & column.both).any():
        return _by_hash_alone(pair)
    if pair.knows_features:
        found = _equal_features(pair, column) or _solved(pair, logit)
        return [found] if found is not None else _by_hash_alone(pair)
    if is_rounded(column) or is_noise(column) or lag_of(column) is not None or fade_of(logit) is not None:
        return []
    found = _recalibrated(pair, logit)
    return [found] if found is not None else []


def _equal_features(pair: Pair, column: Column) -> Finding | None:
    where = column.differs & column.both
    equal = where & ~pair.features_part & ~pair.bars_part
    if int(equal.sum()) < min(_LEAST_BARS, int(where.sum())) or share_of(equal, where) < 0.5:
        return None
    if is_rounded(column) or is_noise(column) or _is_frozen(column, equal) or lag_of(column) is not None:
        return None
    hashes = pair.words("model_params_hash")
    first = first_true(equal, 0)
    facts = OtherProbabilities(
        int(equal.sum()),
        float(column.gap[equal].mean()),
        since=None if first == 0 else pair.bar(first),
        hash_differs=None if hashes is None else bool((hashes[0] != hashes[1]).any()),
        line=None if pair.logit is None else _line(pair.logit),
    )
    return Finding(
        Cause.MODEL_PATH,
        0.97,
        (facts,),
        share_of_probability=float(column.gap[equal].sum() / column.gap.sum()),
        first_bar=pair.bar(first),
        columns=("probability_up",),
    )


def _line(logit: Column) -> Line | None:
    where = logit.both
    if int(where.sum()) < _LEAST_BARS or not logit.varies:
        return None
    slope, level = np.polyfit(logit.left[where], logit.right[where], 1)
    missed = np.abs(slope * logit.left[where] + level - logit.right[where]).max()
    return Line(round(float(slope), 9), round(float(level), 9)) if missed < _EXACT * 10.0 else None


def _solved(pair: Pair, logit: Column) -> Finding | None:
    if not pair.features:
        return None
    where = logit.both.copy()
    for column in pair.features:
        where &= column.both
    where[: min(len(where) // 10, 80)] &= int(where.sum()) < 400
    own, others = _sides(pair, logit, where)
    fitted = _fitted(own.inputs, own.log_odds)
    if fitted is None:
        return None
    missed = np.abs(_sigmoid(_predict(fitted, others.inputs)) - _sigmoid(others.log_odds))
    if _narrow(pair, missed) or float(np.median(missed)) < _EXACT:
        return None
    gap = np.abs(_sigmoid(own.log_odds) - _sigmoid(others.log_odds))
    confidence = 0.93 if _fitted(others.inputs, others.log_odds) is not None else 0.8
    hashes = pair.words("model_params_hash")
    if hashes is not None and not (hashes[0] != hashes[1]).any():
        confidence -= 0.1
    facts = OtherSolution(own.name, others.name, float(missed.mean()), float(gap.mean()))
    return Finding(
        Cause.MODEL_PATH,
        confidence if float(np.median(missed)) > 0.01 * float(np.median(gap)) else 0.6,
        (facts,),
        share_of_probability=min(float(missed.mean() / gap.mean()), 1.0) if gap.any() else None,
        first_bar=pair.bar(first_true(where, 0)),
        columns=("probability_up",),
    )


@dataclass(frozen=True, slots=True)
class _Side:
    """One side's features (rows of bars) and log-odds."""

    name: str
    inputs: Floats
    log_odds: Floats

    @property
    def varying(self) -> int:
        """Count the features that are no constants: of a constant's weight nothing can be learned."""
        return int((np.ptp(self.inputs, axis=0) > 0.0).sum()) if len(self.inputs) else 0


def _sides(pair: Pair, logit: Column, where: Bools) -> tuple[_Side, _Side]:
    """Return the side to solve, the one of which more can be learned, and the other."""
    left = _Side("left", np.column_stack([c.left for c in pair.features])[where], logit.left[where])
    right = _Side("right", np.column_stack([c.right for c in pair.features])[where], logit.right[where])
    return (right, left) if right.varying > left.varying else (left, right)


Fitted = tuple[Floats, Floats, Floats]


def _fitted(inputs: Floats, target: Floats) -> Fitted | None:
    if len(inputs) < 2 * inputs.shape[1] + _LEAST_BARS:
        return None
    middle, spread = inputs.mean(axis=0), inputs.std(axis=0)
    spread = np.where(spread > 0.0, spread, 1.0)
    design = np.column_stack(((inputs - middle) / spread, np.ones(len(inputs))))
    weights, *_ = np.linalg.lstsq(design, target, rcond=None)
    missed = np.abs(design @ weights - target).max()
    return (middle, spread, weights) if missed < _EXACT else None


def _predict(fitted: Fitted, inputs: Floats) -> Floats:
    middle, spread, weights = fitted
    result: Floats = ((inputs - middle) / spread) @ weights[:-1] + weights[-1]
    return result


def _narrow(pair: Pair, missed: Floats) -> bool:
    step = None if pair.probability is None else narrow_step(pair.probability)
    return step is not None and bool((missed <= step).mean() > 0.98)


def _recalibrated(pair: Pair, logit: Column) -> Finding | None:
    where = logit.both & logit.differs
    if int(where.sum()) < 4 * _LEAST_BARS or share_of(logit.differs, logit.both) < 0.98 or not logit.varies:
        return None
    line = _line(logit)
    if line is not None:
        return _calibration(pair, 0.9, line)
    order = np.argsort(logit.left[logit.both], kind="stable")
    right = logit.right[logit.both][order]
    change = right - logit.left[logit.both][order]
    # a small difference keeps the order anyhow: what tells is that it runs smoothly along it
    smooth = float(np.median(np.abs(np.diff(change)))) < _SMOOTH * float(np.median(np.abs(change)))
    if len(order) > 8 * _LEAST_BARS and smooth and (np.diff(right) >= 0.0).all():
        return _calibration(pair, 0.85, None)
    return None


def _calibration(pair: Pair, confidence: float, line: Line | None) -> Finding:
    return Finding(
        Cause.MODEL_PATH,
        confidence,
        (OtherCalibration(line),),
        share_of_probability=1.0,
        first_bar=pair.bar(0),
        columns=("probability_up",),
    )


def _by_hash_alone(pair: Pair) -> list[Finding]:
    hashes = pair.words("model_params_hash")
    if hashes is None or not (hashes[0] != hashes[1]).any():
        return []
    return [
        Finding(
            Cause.MODEL_PATH,
            0.5 if pair.probability is not None and not pair.probability.differs.any() else 0.6,
            (OtherModelHash(),),
            first_bar=pair.bar(first_true(hashes[0] != hashes[1], 0)),
            columns=("model_params_hash",),
        )
    ]


def _is_frozen(column: Column, where: Bools) -> bool:
    still = np.zeros(len(where), np.bool_)
    for side in (column.left, column.right):
        still[1:] |= side[1:] == side[:-1]
    return bool(still[where].mean() > 0.8 and int(where.sum()) > _FROZEN)


def _sigmoid(logit: Floats) -> Floats:
    result: Floats = 1.0 / (1.0 + np.exp(-np.clip(logit, -700.0, 700.0)))
    return result
