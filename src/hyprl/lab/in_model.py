"""Faults in the live model: another artifact, or another probability from the same one."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from hyprl.causes.cause import Cause
from hyprl.causes.steps import DecisionStep
from hyprl.domain.account import Account
from hyprl.domain.arrays import Float64Array
from hyprl.domain.decisions import Decision
from hyprl.errors import ArtifactError
from hyprl.lab.fault import fault
from hyprl.lab.ground import GroundTruth, Planting, differ, narrowed
from hyprl.model.artifact import PROBABILITY_FUNCTIONS, ProbabilityModel
from hyprl.model.evaluate import HEADER
from hyprl.model.layout import LOGISTIC
from hyprl.risk.manager import EquityContext
from hyprl.strategy.decide import Judged, Observed
from hyprl.strategy.engine import DecisionRules
from hyprl.wiring import LiveOverrides

RECENT_BARS = 500
_DECIDED_AT = (
    (DecisionStep.PROBABILITY, ("probability_up",)),
    (DecisionStep.GATES, ("trend_ok", "sentiment_ok", "reason")),
    (DecisionStep.DECISION, ("direction",)),
    (DecisionStep.SIZE, ("position_size", "risk_amount")),
    (DecisionStep.EV, ("expected_pnl",)),
)


class Clock:
    """Knows which bar is being decided: the risk manager is asked for its equity just before."""

    def __init__(self, context: EquityContext) -> None:
        self._context = context
        self.open_utc_us = 0

    @property
    def name(self) -> str:
        """Return the wrapped context's name."""
        return self._context.name

    def equity_at(self, open_utc_us: int, account_equity: float) -> float:
        """Return the wrapped context's equity; remember the bar."""
        self.open_utc_us = open_utc_us
        return self._context.equity_at(open_utc_us, account_equity)


@fault(
    "refitted-scaler",
    "the scaler is fitted again on the bars at hand (the plan's third cause)",
    cause=Cause.MODEL_PATH,
    step=DecisionStep.MODEL,
    levels=("window", "recent", "history"),
)
def refitted_scaler(planting: Planting) -> LiveOverrides:
    """Means and scales of the bars at hand, coefficients unchanged."""
    frame, start = planting.ground.frame, planting.ground.run.window.start
    spans = {"window": slice(start, None), "recent": slice(max(start - RECENT_BARS, 0), start)}
    rows = frame[spans.get(planting.word, slice(0, max(start // 2, 1)))]
    return _other_weights(planting, lambda weights: _rescaled(weights, rows))


@fault(
    "other-coefficients",
    "another training gave other coefficients",
    cause=Cause.MODEL_PATH,
    step=DecisionStep.MODEL,
    levels=(0.05, 0.001, 1e-06),
)
def other_coefficients(planting: Planting) -> LiveOverrides:
    """Every coefficient off by this share, up and down in turn."""

    def change(weights: list[float]) -> None:
        width = int(weights[0])
        for turn, place in enumerate(range(HEADER + 2 * width, HEADER + 3 * width)):
            weights[place] *= 1.0 + (planting.number if turn % 2 else -planting.number)

    return _other_weights(planting, change)


@fault(
    "intercept-lost",
    "an export drops the intercept, or half of it",
    cause=Cause.MODEL_PATH,
    step=DecisionStep.MODEL,
    levels=(1.0, 0.5),
)
def intercept_lost(planting: Planting) -> LiveOverrides:
    """This share of the intercept is gone."""

    def change(weights: list[float]) -> None:
        weights[3] *= 1.0 - planting.number

    return _other_weights(planting, change)


def _rescaled(weights: list[float], rows: Float64Array) -> None:
    width = int(weights[0])
    finite = rows[np.isfinite(rows).all(axis=1), :width]
    if not len(finite):
        raise ArtifactError(
            "the bars give no features to refit on", where="refitted-scaler", remedy="Plant another."
        )
    deviation = finite.std(axis=0)
    scales = np.where(deviation > 0.0, 1.0 / np.where(deviation > 0.0, deviation, 1.0), 1.0)
    weights[HEADER : HEADER + width] = finite.mean(axis=0).tolist()
    weights[HEADER + width : HEADER + 2 * width] = scales.tolist()


def _other_weights(planting: Planting, change: Callable[[list[float]], None]) -> LiveOverrides:
    model = planting.ground.run.model
    weights = _logistic_weights(model)
    change(weights)
    other = replace(model, weights=tuple(weights))
    if other.params_hash != model.params_hash:
        planting.truth.note(planting.ground.window_open_utc_us)
    return LiveOverrides(model=lambda _model: other)


def _logistic_weights(model: ProbabilityModel) -> list[float]:
    if model.kind != LOGISTIC:
        raise ArtifactError(
            f"a {model.kind} model has neither scaler nor coefficients",
            where="faults",
            remedy="Plant another fault, or check a logistic model.",
        )
    return list(model.weights)


@fault(
    "calibration-one-side",
    "one side applies a calibration that the other dropped",
    cause=Cause.MODEL_PATH,
    step=DecisionStep.PROBABILITY,
    levels=(0.8, 0.5, 0.97),
)
def calibration_one_side(planting: Planting) -> LiveOverrides:
    """Platt's calibration with this slope, applied on the live side alone."""
    slope = planting.number

    def calibrate(p: float, _open: int) -> float:
        if not 0.0 < p < 1.0:
            return p
        return 1.0 / (1.0 + math.exp(-slope * math.log(p / (1.0 - p))))

    return _other_probability(planting, calibrate)


@fault(
    "float32-probability",
    "the model runtime answers in a narrower float",
    cause=Cause.FLOATING_POINT,
    step=DecisionStep.PROBABILITY,
    levels=("float32", "float16"),
)
def float32_probability(planting: Planting) -> LiveOverrides:
    """The probability through float32 or float16."""
    return _other_probability(planting, lambda p, _open: narrowed(p, planting.word))


@fault(
    "rounded-probability",
    "the probability is rounded before it is compared",
    cause=Cause.FLOATING_POINT,
    step=DecisionStep.PROBABILITY,
    levels=(4, 3, 2),
)
def rounded_probability(planting: Planting) -> LiveOverrides:
    """The probability with N decimals."""
    return _other_probability(planting, lambda p, _open: round(p, planting.count))


@fault(
    "feature-order",
    "the columns reach the model in another order",
    cause=Cause.MODEL_PATH,
    step=DecisionStep.PROBABILITY,
    levels=("alphabetical", "reversed", "first-two"),
)
def feature_order(planting: Planting) -> LiveOverrides:
    """The model's columns in another order than it was trained on."""
    names = list(planting.ground.run.plan.model_names)
    orders = {
        "alphabetical": sorted(range(len(names)), key=names.__getitem__),
        "reversed": list(range(len(names)))[::-1],
        "first-two": [1, 0, *range(2, len(names))],
    }
    order = orders[planting.word]
    return _other_rules(planting, lambda features, weights, _open: ([features[p] for p in order], weights))


@fault(
    "stale-model",
    "a model is reloaded in mid-run and nothing records it (share of the window before)",
    cause=Cause.MODEL_PATH,
    step=DecisionStep.PROBABILITY,
    levels=(0.5, 0.25, 0.9),
)
def stale_model(planting: Planting) -> LiveOverrides:
    """Other coefficients from a bar on; the trace goes on to name the first model."""
    weights = _logistic_weights(planting.ground.run.model)
    width, since = int(weights[0]), planting.ground.open_at(planting.number)
    for turn, place in enumerate(range(HEADER + 2 * width, HEADER + 3 * width)):
        weights[place] *= 1.2 if turn % 2 else 0.8
    return _other_rules(
        planting, lambda features, own, open_utc_us: (features, own if open_utc_us < since else weights)
    )


Inputs = tuple[Sequence[float], Any]


def _other_rules(planting: Planting, change: Callable[[Sequence[float], Any, int], Inputs]) -> LiveOverrides:
    step = PROBABILITY_FUNCTIONS[planting.ground.run.model.kind]

    def probability(features: Sequence[float], weights: Any, open_utc_us: int) -> float:
        return step(*_swap(change(features, weights, open_utc_us)))

    return _with_probability(planting, probability)


def _swap(inputs: Inputs) -> tuple[Any, Sequence[float]]:
    features, weights = inputs
    return weights, features


def _other_probability(planting: Planting, change: Callable[[float, int], float]) -> LiveOverrides:
    step = PROBABILITY_FUNCTIONS[planting.ground.run.model.kind]
    return _with_probability(planting, lambda f, w, open_utc_us: change(float(step(w, f)), open_utc_us))


def _with_probability(planting: Planting, probability: Callable[[Any, Any, int], float]) -> LiveOverrides:
    clocks: list[Clock] = []

    def rules(healthy: DecisionRules) -> DecisionRules:
        def judge(account: Account, observed: Observed, *rest: Any) -> Judged:
            own = healthy.judge(account, observed, *rest)
            if not observed.ready:
                return own
            now = clocks[-1].open_utc_us
            other = probability(observed.features, healthy.weights, now)
            planted = healthy.judge(account, observed._replace(probability_up=other), *rest)
            note_decision(planting.truth, now, planted.decision, own.decision)
            return planted

        return replace(healthy, judge=judge)

    return LiveOverrides(rules=rules, equity=lambda context: watched(clocks, context))


def watched(clocks: list[Clock], context: EquityContext) -> EquityContext:
    """Put a clock before a context; it becomes the last of `clocks`."""
    clocks.append(Clock(context))
    return clocks[-1]


def note_decision(truth: GroundTruth, open_utc_us: int, planted: Decision, healthy: Decision) -> None:
    """Note a bar that is decided otherwise, at the first step at which it is."""
    steps = [step for step, fields in _DECIDED_AT if differ(*_values(fields, planted, healthy))]
    if steps:
        truth.note(open_utc_us, step=steps[0])


def _values(fields: Sequence[str], *decisions: Decision) -> list[list[float]]:
    return [[float(getattr(decision, name)) for name in fields] for decision in decisions]
