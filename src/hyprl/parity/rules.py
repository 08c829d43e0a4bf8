"""What each stage demands, as a table: metric, comparison, limit, window. The limits are the plan's.

`certain=False` marks a value that may in truth be worse (emitted bars whose direction one log does not state), so
that it can break a gate but never keep one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from hyprl.errors import ConfigError
from hyprl.parity.statistics import Statistics, ValueGap, share

STAGES = ("microscope", "features", "risk", "live-ready", "exact")
YEAR, MICROSCOPE = "year", "microscope"
PRESENT_SHARE = 0.99


@dataclass(frozen=True, slots=True)
class Assessment:
    """One window's diff, measured; `coverage` is the share of the expected bars that both logs have.

    `all_symbols` are given where the diff is an excerpt that may lack some.
    """

    diff: pl.DataFrame
    statistics: Statistics
    coverage: float | None
    all_symbols: tuple[str, ...] | None = None

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols of either log, sorted."""
        if self.all_symbols is not None:
            return self.all_symbols
        return tuple(self.diff["symbol"].unique().sort().to_list())


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric's value, None when there was nothing to measure."""

    value: float | None
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """What one gate demands: the measured value compared with the limit."""

    metric: str
    comparison: str
    limit: float
    measure: Callable[[Assessment], Measured]


def rules_of(stage: str) -> dict[str, tuple[Rule, ...]]:
    """Return the stage's rules by window, coverage first. Raises ConfigError for an unknown stage."""
    if stage not in _STAGES:
        stages = ", ".join(STAGES)
        raise ConfigError(f"there is no stage {stage!r}", where="--stage", remedy=f"Choose one of: {stages}.")
    return {window: (*_COVERAGE, *rules) for window, rules in _STAGES[stage].items()}


def _rule(metric: str, comparison: str, limit: float, read: Callable[[Statistics], float | None]) -> Rule:
    return Rule(metric, comparison, limit, lambda assessment: Measured(read(assessment.statistics)))


def _decision_rule(
    metric: str, comparison: str, limit: float, read: Callable[[Statistics], float | None]
) -> Rule:
    def measure(assessment: Assessment) -> Measured:
        statistics = assessment.statistics
        return Measured(read(statistics), certain=statistics.decisions.direction_unknown == 0)

    return Rule(metric, comparison, limit, measure)


def _present(metric: str, read: Callable[[Statistics], ValueGap]) -> Rule:
    return _rule(f"{metric}_present", ">=", PRESENT_SHARE, lambda s: read(s).present)


def _identical(s: Statistics) -> float | None:
    return share(s.rows - s.decisions.differing_bars, s.rows)


def _not_comparable(s: Statistics) -> float | None:
    return None if s.not_comparable or not s.rows else 0.0


def _unequal_hashes(s: Statistics) -> float | None:
    compared, unequal = s.hashes
    return float(unequal) if compared else None


_COVERAGE = (
    _rule("bars_bt", ">", 0.0, lambda s: float(s.both + s.left_only)),
    _rule("bars_replay", ">", 0.0, lambda s: float(s.both + s.right_only)),
    Rule("coverage", ">=", PRESENT_SHARE, lambda assessment: Measured(assessment.coverage)),
    _rule("decision_present", ">=", PRESENT_SHARE, lambda s: share(s.both - s.decisions.undecided, s.both)),
)
_PROBABILITY_PRESENT = _present("probability_up", lambda s: s.probability)
_EV_PRESENT = _present("expected_pnl", lambda s: s.expected_pnl)
_SIZE_PRESENT = _present("position_size", lambda s: s.position_size)
_RISK_PRESENT = _present("risk_amount", lambda s: s.risk_amount)

_MICROSCOPE = (
    _decision_rule("decisions_identical", ">=", 1.0, _identical),
    _PROBABILITY_PRESENT,
    _rule("max_abs_diff_probability_up", "<", 1e-4, lambda s: s.probability.max),
    _SIZE_PRESENT,
    _rule("max_abs_diff_position_size", "<=", 1e-6, lambda s: s.position_size.max),
)
_ONE_SIDED = (
    _rule("bt_only_share", "<=", 0.01, lambda s: share(s.decisions.bt_only, s.rows)),
    _rule("replay_only_share", "<=", 0.01, lambda s: share(s.decisions.replay_only, s.rows)),
)
_FEATURES = (
    *_ONE_SIDED,
    _decision_rule("decisions_identical", ">=", 1.0, _identical),
    _PROBABILITY_PRESENT,
    _rule("mean_abs_diff_probability_up", "<", 1e-3, lambda s: s.probability.mean),
    _rule("max_abs_diff_probability_up", "<", 1e-2, lambda s: s.probability.max),
)
_GAP_BELOW_2_PERCENT = _decision_rule("combined_gap", "<", 0.02, lambda s: s.combined_gap)
# The plan gives this stage no limit on decisions; without one, equal sizes of opposite trades would be kept.
_RISK = (
    _GAP_BELOW_2_PERCENT,
    _SIZE_PRESENT,
    _rule("max_abs_diff_position_size", "<", 1e-3, lambda s: s.position_size.max),
    _RISK_PRESENT,
    _rule("max_abs_diff_risk_amount", "<", 1e-2, lambda s: s.risk_amount.max),
    _rule("emitted_without_expected_pnl", "<=", 0.0, lambda s: s.decisions.emitted_without_ev),
)
_LIVE_READY = (
    _GAP_BELOW_2_PERCENT,
    _PROBABILITY_PRESENT,
    _rule("max_abs_diff_probability_up", "<=", 1e-4, lambda s: s.probability.max),
    _rule("mean_abs_diff_probability_up", "<=", 5e-5, lambda s: s.probability.mean),
)
_EXACT = (
    _decision_rule("combined_gap", "<=", 0.0, lambda s: s.combined_gap),
    _rule("unpaired_bars", "<=", 0.0, lambda s: float(s.left_only + s.right_only)),
    _PROBABILITY_PRESENT,
    _EV_PRESENT,
    _SIZE_PRESENT,
    _RISK_PRESENT,
    _rule("fields_not_comparable", "<=", 0.0, _not_comparable),
    _rule("unequal_values", "<=", 0.0, lambda s: float(s.unequal_values) if s.both else None),
    _rule("unequal_hashes", "<=", 0.0, _unequal_hashes),
)
_STAGES: dict[str, dict[str, tuple[Rule, ...]]] = {
    "microscope": {MICROSCOPE: _MICROSCOPE},
    "features": {YEAR: _ONE_SIDED, MICROSCOPE: _FEATURES},
    "risk": {YEAR: _RISK, MICROSCOPE: _RISK},
    "live-ready": {YEAR: _LIVE_READY},
    "exact": {YEAR: _EXACT, MICROSCOPE: _EXACT},
}
