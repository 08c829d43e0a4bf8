"""One side of a comparison as arrays: what its engine saw, what it knew, what it decided, by which constants.

Made from a normalised signal log and the facts of its trace header (`strategy_parameters`, `execution_parameters`,
`initial_equity`, `model`); docs/counterfactuals.md lists the columns that a bot must have recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from hyprl.domain.arrays import BoolArray, Float64Array, Int64Array
from hyprl.domain.bars import PRICE_COLUMNS
from hyprl.domain.decisions import LONG, NO_DIRECTION, SHORT
from hyprl.errors import TraceError
from hyprl.kernel.account import NEVER, ExecutionParameters
from hyprl.strategy.decide import StrategyParameters

INDICATOR = "indicator."
EXCHANGE_ZONE = "America/New_York"
DIRECTIONS = {"long": LONG, "short": SHORT, "none": NO_DIRECTION}
# What may be None in a log: then the account is taken to follow from the decisions.
ACCOUNT_FIELDS = (
    "account.position_open",
    "account.session_start_equity",
    "account.gross_exposure",
    "account.trades_today",
    "account.bars_since_entry",
    "equity",
)
_PER_ROW = ("threshold_long", "threshold_short", "risk_fraction", "atr_multiplier", "reward_multiple")


@dataclass(frozen=True, slots=True)
class StatedModel:
    """The model as the header states it; `weights` is None where it does not."""

    kind: str
    columns: tuple[str, ...]
    weights: tuple[float, ...] | None
    params_hash: str


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """Equally long arrays, one row per bar in time order; NaN is "not recorded" or "in warm-up".

    `account` has the columns ACCOUNT_FIELDS. `rules` holds one StrategyParameters per row. `strategy_columns` names
    the columns that sizing, trend and regime read. `is_cut` tells that the run began before the log does.
    """

    symbol: str
    opens: Int64Array
    sessions: Int64Array
    flaws: Int64Array
    bars: Float64Array
    columns: tuple[str, ...]
    features: Float64Array
    score: Float64Array
    probability: Float64Array
    emitted: tuple[bool, ...]
    direction: tuple[int, ...]
    reason: tuple[str | None, ...]
    size: Float64Array
    risk_amount: Float64Array
    expected_pnl: Float64Array
    sizing_equity: Float64Array
    account: Float64Array
    rules: tuple[StrategyParameters, ...]
    execution: ExecutionParameters
    strategy_columns: tuple[str, str, str]
    model: StatedModel
    initial_equity: float
    equity_injected: bool
    is_cut: bool

    def __len__(self) -> int:
        return len(self.opens)

    @property
    def equity(self) -> Float64Array:
        """Return the side's own account equity."""
        return self.account[:, ACCOUNT_FIELDS.index("equity")]

    @property
    def ready(self) -> BoolArray:
        """Tell of each row whether every feature is a number."""
        return complete_rows(self.features)

    def take(self, rows: Int64Array) -> Side:
        """Return these rows alone."""
        taken: dict[str, Any] = {name: getattr(self, name)[rows] for name in _ARRAYS}
        taken |= {name: tuple(getattr(self, name)[row] for row in rows.tolist()) for name in _TUPLES}
        return replace(self, **taken)


_ARRAYS = (
    "opens", "sessions", "flaws", "bars", "features", "score", "probability", "size", "risk_amount",
    "expected_pnl", "sizing_equity", "account",
)  # fmt: skip
_TUPLES = ("emitted", "direction", "reason", "rules")


def complete_rows(features: Float64Array) -> BoolArray:
    """Tell of each row whether every value is finite."""
    complete: BoolArray = np.logical_and.reduce(np.isfinite(features), axis=1)
    return complete


def side_from(frame: pl.DataFrame, facts: Mapping[str, Any], where: str) -> Side:
    """Gather a side from a normalised log of one symbol. Raises TraceError naming what is not there."""
    _require(frame, facts, where)
    frame = frame.sort("timestamp")
    columns = tuple(name.removeprefix(INDICATOR) for name in frame.columns if name.startswith(INDICATOR))
    account = np.column_stack([_numbers(frame, name) for name in ACCOUNT_FIELDS])
    _mark_never(frame, account)
    try:
        rules = _rules(frame, StrategyParameters(**facts["strategy_parameters"]))
        execution = ExecutionParameters(**facts["execution_parameters"])
        model = _stated_model(frame, facts["model"])
        initial = float(facts["initial_equity"])
    except (TypeError, ValueError, KeyError) as error:
        raise _bad(where, f"has parameters that cannot be used ({error})") from error
    equity = account[:, -1]
    sizing = _numbers(frame, "risk_inputs.equity")
    return Side(
        symbol=str(frame["symbol"][0]),
        opens=frame["timestamp"].dt.epoch("us").to_numpy().astype(np.int64),
        sessions=_sessions(frame),
        flaws=np.nan_to_num(_numbers(frame, "data_flaws")).astype(np.int64),
        bars=np.column_stack([_numbers(frame, f"bar.{name}") for name in PRICE_COLUMNS]),
        columns=columns,
        features=np.column_stack([_numbers(frame, INDICATOR + name) for name in columns]),
        score=_numbers(frame, "sentiment_score"),
        probability=_numbers(frame, "probability_up"),
        emitted=tuple((frame["decision"] == "emit").fill_null(False).to_list()),
        direction=tuple(DIRECTIONS.get(word, NO_DIRECTION) for word in frame["direction"].to_list()),
        reason=tuple(frame["reason"].to_list() if "reason" in frame.columns else (None,) * frame.height),
        size=_numbers(frame, "position_size"),
        risk_amount=_numbers(frame, "risk_amount"),
        expected_pnl=_numbers(frame, "expected_pnl"),
        sizing_equity=np.where(np.isnan(sizing), equity, sizing),
        account=account,
        rules=rules,
        execution=execution,
        strategy_columns=_strategy_columns(frame, facts, columns, where),
        model=model,
        initial_equity=initial,
        equity_injected=facts.get("equity_source") == "parity_equity",
        is_cut=_is_cut(frame, facts),
    )


def _require(frame: pl.DataFrame, facts: Mapping[str, Any], where: str) -> None:
    wanted = ("direction", "probability_up", *(f"bar.{name}" for name in PRICE_COLUMNS))
    absent = [name for name in wanted if name not in frame.columns]
    absent += [
        f"header: {name}"
        for name in ("strategy_parameters", "execution_parameters", "initial_equity", "model")
        if name not in facts
    ]
    if not any(name.startswith(INDICATOR) for name in frame.columns):
        absent.append("indicator.*")
    if absent:
        raise _bad(where, f"does not hold {', '.join(absent)}")
    if frame["symbol"].n_unique() != 1:
        raise _bad(where, f"holds {frame['symbol'].n_unique()} symbols; one at a time can be decided again")


def _numbers(frame: pl.DataFrame, name: str) -> Float64Array:
    if name not in frame.columns:
        return np.full(frame.height, np.nan)
    values: Float64Array = frame[name].cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy().copy()
    return values


def _mark_never(frame: pl.DataFrame, account: Float64Array) -> None:
    # bars_since_entry is null before the first entry; a log without the column says nothing.
    since = ACCOUNT_FIELDS.index("account.bars_since_entry")
    if "account.position_open" in frame.columns:
        account[np.isnan(account[:, since]), since] = -NEVER


def _sessions(frame: pl.DataFrame) -> Int64Array:
    days = frame["timestamp"].dt.convert_time_zone(EXCHANGE_ZONE).dt.date().cast(pl.Int32)
    return days.to_numpy().astype(np.int64)


def _rules(frame: pl.DataFrame, stated: StrategyParameters) -> tuple[StrategyParameters, ...]:
    # What a record repeats (thresholds, risk inputs) is nearer to the decision than what the header says.
    sources = [name if name.startswith("threshold") else f"risk_inputs.{name}" for name in _PER_ROW]
    recorded = [
        (name, source) for name, source in zip(_PER_ROW, sources, strict=True) if source in frame.columns
    ]
    made: dict[tuple[float, ...], StrategyParameters] = {}
    rows = zip(*(_numbers(frame, source).tolist() for _, source in recorded), strict=True)
    if not recorded:
        return (stated,) * frame.height
    result = []
    for values in rows:
        if values not in made:
            given = {name: v for (name, _), v in zip(recorded, values, strict=True) if v == v}
            made[values] = stated._replace(**given)
        result.append(made[values])
    return tuple(result)


def _stated_model(frame: pl.DataFrame, model: Mapping[str, Any]) -> StatedModel:
    weights = model.get("weights")
    hashes = (
        frame["model_params_hash"].drop_nulls() if "model_params_hash" in frame.columns else pl.Series([""])
    )
    return StatedModel(
        str(model["kind"]),
        tuple(map(str, model["feature_names"])),
        None if weights is None else tuple(map(float, weights)),
        str(hashes[0]) if len(hashes) else "",
    )


def _is_cut(frame: pl.DataFrame, facts: Mapping[str, Any]) -> bool:
    began = facts.get("window_first_open_utc_us")
    return isinstance(began, int) and began < int(frame["timestamp"].dt.epoch("us")[0])


def _strategy_columns(
    frame: pl.DataFrame, facts: Mapping[str, Any], columns: tuple[str, ...], where: str
) -> tuple[str, str, str]:
    stated = facts.get("strategy_columns") or {}
    atr = stated.get("atr") or _column_equal_to(frame, "risk_inputs.atr", "atr_", columns)
    trend = stated.get("trend") or ("ret_24h" if "ret_24h" in columns else None)
    regime = stated.get("regime") or "vol_regime_high"
    absent = [name for name in (atr, trend, regime) if name not in columns]
    if absent or atr is None or trend is None:
        raise _bad(where, "does not say which columns are the sizing ATR, the trend return and the regime")
    return atr, trend, regime


def _column_equal_to(frame: pl.DataFrame, source: str, prefix: str, columns: tuple[str, ...]) -> str | None:
    wanted = _numbers(frame, source)
    for name in columns:
        if name.startswith(prefix) and np.array_equal(
            _numbers(frame, INDICATOR + name), wanted, equal_nan=True
        ):
            return name
    return None


def _bad(where: str, fact: str) -> TraceError:
    return TraceError(
        fact,
        where=where,
        remedy="docs/counterfactuals.md lists what a log must hold to be decided again.",
    )
