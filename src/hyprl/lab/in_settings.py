"""Faults in the live settings: another config file, a key that is ignored, a constant in the code."""

from __future__ import annotations

from dataclasses import replace

from hyprl.causes.cause import Cause
from hyprl.causes.steps import DecisionStep
from hyprl.config import HyprLConfig
from hyprl.domain.account import Account
from hyprl.kernel.step import Parameters
from hyprl.lab.fault import fault
from hyprl.lab.ground import Planting
from hyprl.lab.in_model import Clock, note_decision, watched
from hyprl.strategy.decide import Columns, Judged, Observed, StrategyParameters
from hyprl.strategy.engine import DecisionRules
from hyprl.wiring import LiveOverrides, parameters_for

# What an engine does that has never heard of the key.
WITHOUT_KEY = {"trend_long_min": -1e9, "trend_short_min": 1e9}
HARD_CODED = {"threshold_long": 0.53, "threshold_short": 0.47, "atr_multiplier": 2.2, "risk_fraction": 0.012}


@fault(
    "threshold-drift",
    "the live config has other thresholds",
    cause=Cause.CONFIGURATION,
    step=DecisionStep.GATES,
    levels=(0.01, 0.003, 0.03),
)
def threshold_drift(planting: Planting) -> LiveOverrides:
    """Both thresholds this much further out."""
    own = planting.ground.run.config.strategy
    return _other_config(
        planting,
        "strategy",
        threshold_long=own.threshold_long + planting.number,
        threshold_short=own.threshold_short - planting.number,
    )


@fault(
    "swapped-thresholds",
    "long and short thresholds change places, or one serves for both",
    cause=Cause.CONFIGURATION,
    step=DecisionStep.GATES,
    levels=("swapped", "long-for-both"),
)
def swapped_thresholds(planting: Planting) -> LiveOverrides:
    """Long and short threshold in each other's place, or the long one in both; the trace records what was used."""

    def change(parameters: Parameters) -> Parameters:
        own = parameters.strategy
        long = own.threshold_short if planting.word == "swapped" else own.threshold_long
        used = own._replace(threshold_long=long, threshold_short=own.threshold_long)
        return parameters._replace(strategy=used)

    planting.truth.note(planting.ground.window_open_utc_us)
    return LiveOverrides(parameters=change)


@fault(
    "atr-multiplier",
    "the live config has another stop multiplier",
    cause=Cause.CONFIGURATION,
    step=DecisionStep.SIZE,
    levels=(2.5, 2.02, 1.5),
)
def atr_multiplier(planting: Planting) -> LiveOverrides:
    """Another stop multiplier in the live config."""
    return _other_config(planting, "risk", atr_multiplier=planting.number)


@fault(
    "risk-fraction",
    "the live config risks another fraction",
    cause=Cause.CONFIGURATION,
    step=DecisionStep.SIZE,
    levels=(0.0125, 0.0101, 0.005),
)
def risk_fraction(planting: Planting) -> LiveOverrides:
    """Another risk fraction in the live config."""
    return _other_config(planting, "risk", risk_fraction=planting.number)


@fault(
    "reward-multiple",
    "the live config has another reward multiple",
    cause=Cause.CONFIGURATION,
    step=DecisionStep.EV,
    levels=(1.5, 2.1, 3.0),
)
def reward_multiple(planting: Planting) -> LiveOverrides:
    """Another reward multiple in the live config."""
    return _other_config(planting, "risk", reward_multiple=planting.number)


def _other_config(planting: Planting, section: str, **values: float) -> LiveOverrides:
    def change(config: HyprLConfig) -> HyprLConfig:
        part = getattr(config, section).model_copy(update=values)
        return config.model_copy(update={section: part})

    own = planting.ground.run.config
    if change(own) != own:
        planting.truth.note(planting.ground.window_open_utc_us)
    return LiveOverrides(config=change)


@fault(
    "ignored-key",
    "one side ignores a key of the config",
    cause=Cause.CONFIGURATION,
    step=DecisionStep.GATES,
    levels=("trend_long_min", "trend_short_min"),
)
def ignored_key(planting: Planting) -> LiveOverrides:
    """One key of the config has no effect; the trace's header records what was used."""
    ignored = {planting.word: WITHOUT_KEY[planting.word]}

    def change(parameters: Parameters) -> Parameters:
        return parameters._replace(strategy=parameters.strategy._replace(**ignored))

    return _probed(planting, LiveOverrides(parameters=change), replace_in_rules=None)


@fault(
    "hard-coded",
    "one side has a threshold in its code and logs the config's",
    cause=Cause.CONFIGURATION,
    step=DecisionStep.GATES,
    levels=("threshold_long", "threshold_short"),
)
def hard_coded(planting: Planting) -> LiveOverrides:
    """One threshold stands in the code; the trace records the config's."""
    return _hard_coded(planting)


@fault(
    "hard-coded-size",
    "one side has a sizing constant in its code and logs the config's",
    cause=Cause.CONFIGURATION,
    step=DecisionStep.SIZE,
    levels=("atr_multiplier", "risk_fraction"),
)
def hard_coded_size(planting: Planting) -> LiveOverrides:
    """One sizing constant stands in the code; the trace records the config's."""
    return _hard_coded(planting)


def _hard_coded(planting: Planting) -> LiveOverrides:
    return _probed(planting, LiveOverrides(), replace_in_rules={planting.word: HARD_CODED[planting.word]})


def _probed(
    planting: Planting, overrides: LiveOverrides, replace_in_rules: dict[str, float] | None
) -> LiveOverrides:
    # Decides every bar by the config's constants as well, to know where the others first matter.
    clocks: list[Clock] = []
    run = planting.ground.run

    def rules(given: DecisionRules) -> DecisionRules:
        own = parameters_for(run.config, run.plan).strategy
        used = given.parameters if replace_in_rules is None else own._replace(**replace_in_rules)

        def judge(
            account: Account, observed: Observed, equity: float, _: StrategyParameters, columns: Columns
        ) -> Judged:
            planted = given.judge(account, observed, equity, used, columns)
            healthy = given.judge(account, observed, equity, own, columns)
            note_decision(planting.truth, clocks[-1].open_utc_us, planted.decision, healthy.decision)
            return planted

        return replace(given, judge=judge, parameters=used)

    return replace(overrides, rules=rules, equity=lambda context: watched(clocks, context))
