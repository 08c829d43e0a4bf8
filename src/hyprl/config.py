"""The one configuration file, checked key by key.

Each section is the frozen config of one component. Units are in the names; prices are in the quote currency.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date
from difflib import get_close_matches
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from hyprl.errors import ConfigError

SYMBOL_PATTERN = r"[A-Za-z0-9^][A-Za-z0-9.^=_-]{0,31}"  # becomes part of file names
LARGEST_COUNT = 2**31 - 1


def _day(value: object) -> object:
    # A date as TOML writes it or as text; a number would be taken for seconds since 1970.
    if isinstance(value, (date, str)):
        return value
    raise ValueError("must be a date such as 2025-01-15")


Policy = Literal["refuse", "drop", "keep"]
Symbol = Annotated[str, Field(pattern=f"^{SYMBOL_PATTERN}$")]
Name = Annotated[str, Field(min_length=1, pattern=r"^[^\x00]*$")]
Names = Annotated[tuple[Annotated[Name, Field(strict=True)], ...], Field(strict=False)]
Day = Annotated[date, BeforeValidator(_day), Field(strict=False)]
Count = Annotated[int, Field(ge=0, le=LARGEST_COUNT)]
Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
NonNegative = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]


class Section(BaseModel):
    """A frozen table of the file; a key it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class BarPolicies(Section):
    """What to do with a bar that breaks a rule: refuse the file, drop the bar, or keep and flag it."""

    duplicate: Policy = "refuse"
    out_of_order: Policy = "refuse"
    off_grid: Policy = "refuse"
    missing: Literal["refuse", "keep"] = "keep"
    non_finite: Policy = "refuse"
    inconsistent_range: Policy = "refuse"
    non_positive_price: Policy = "refuse"
    zero_volume: Policy = "keep"
    negative_volume: Policy = "refuse"
    split_jump: Policy = "refuse"
    volume_break: Literal["refuse", "keep"] = "keep"


class Split(Section):
    """A split that the vendor did not apply to the named columns of bars before `effective` (exchange date)."""

    symbol: Symbol
    effective: Day
    ratio: Positive
    adjust: Annotated[tuple[Literal["price", "volume"], ...], Field(strict=False)] = ("price", "volume")


class BarsConfig(Section):
    """How bars are read: the session calendar, the policies, the splits that the vendor left out."""

    calendar: Literal["XNYS"] = "XNYS"
    policy: BarPolicies = BarPolicies()
    splits: Annotated[tuple[Split, ...], Field(strict=False)] = ()


class FeaturesConfig(Section):
    """The preset's columns, then those of `add`; `modules` are imported first so that they can register their own."""

    preset: str = "nvda_v2"
    add: Names = ()
    modules: Names = ()


class ModelConfig(Section):
    """Which model the engines load and how `hyprl train` makes one."""

    artifact: Name = "artifacts/model_prob_v2.pkl"
    kind: Literal["logistic", "xgboost"] = "logistic"
    calibration: Literal["none", "platt", "isotonic"] = "none"
    label_horizon_bars: Annotated[int, Field(ge=1, le=500)] = 1
    purge_bars: Annotated[int, Field(ge=0, le=5000)] = 24
    folds: Annotated[int, Field(ge=2, le=20)] = 5
    l2_penalty_c: Positive = 0.01
    trees: Annotated[int, Field(ge=1, le=2000)] = 100
    tree_depth: Annotated[int, Field(ge=1, le=10)] = 3
    learning_rate: Positive = 0.05
    seed: Count = 7


class SentimentConfig(Section):
    """The sentiment gate: the score must lie in the band; `regime` lets only calm or turbulent bars through."""

    file: Name | None = None
    score_min: Finite = -1.0
    score_max: Finite = 1.0
    max_age_hours: Positive = 24.0
    regime: Literal["any", "calm", "turbulent"] = "any"

    @model_validator(mode="after")
    def _band_in_order(self) -> Self:
        if self.score_min > self.score_max:
            raise ValueError("score_min must not lie above score_max")
        return self


class StrategyConfig(Section):
    """When a probability becomes an order."""

    threshold_long: Fraction = 0.55
    threshold_short: Fraction = 0.45
    trend_window_bars: Annotated[int, Field(ge=1, le=2000)] = 24
    trend_long_min: Finite = -0.02
    trend_short_min: Finite = 0.02
    min_ev_multiple: Finite = 0.0
    sentiment: SentimentConfig = SentimentConfig()

    @model_validator(mode="after")
    def _thresholds_in_order(self) -> Self:
        if self.threshold_short >= self.threshold_long:
            raise ValueError("threshold_short must lie below threshold_long")
        return self


class RiskConfig(Section):
    """Size, stops and the caps that both engines obey."""

    initial_equity: Positive = 100_000.0
    risk_fraction: Annotated[float, Field(gt=0.0, le=1.0)] = 0.01
    atr_bars: Annotated[int, Field(ge=1, le=1000)] = 14
    atr_multiplier: Positive = 2.0
    reward_multiple: Positive = 2.0
    trailing_activation_r: NonNegative = 0.0
    trailing_distance_r: NonNegative = 0.0
    max_leverage: Positive = 1.0
    min_size: NonNegative = 1e-6
    max_daily_loss_fraction: Fraction = 0.03
    max_trade_notional_fraction: Positive = 1.0
    max_gross_exposure_fraction: Positive = 1.0
    max_trades_per_day: Count = 3
    min_bars_between_entries: Count = 0

    @model_validator(mode="after")
    def _trailing_complete(self) -> Self:
        if self.trailing_activation_r > 0.0 and self.trailing_distance_r <= 0.0:
            raise ValueError("trailing_activation_r needs a trailing_distance_r above 0")
        return self


class ExecutionConfig(Section):
    """What a fill costs."""

    slippage_bps: NonNegative = 1.0
    stop_slippage_bps: NonNegative = 0.0
    commission_bps: NonNegative = 0.5
    commission_per_share: NonNegative = 0.0


class ParityConfig(Section):
    """Where the microscope looks and which window the year is. Exchange-local dates, both ends included."""

    start: Day = date(2024, 12, 12)
    end: Day = date(2025, 11, 26)
    microscope_start: Day = date(2025, 1, 15)
    microscope_end: Day = date(2025, 1, 20)

    @model_validator(mode="after")
    def _ends_after_starts(self) -> Self:
        if self.end < self.start:
            raise ValueError(f"end ({self.end}) lies before start ({self.start})")
        if self.microscope_end < self.microscope_start:
            raise ValueError("microscope_end lies before microscope_start")
        return self


class HyprLConfig(Section):
    """Everything that decides what the engines do. `sha256` identifies it in every trace."""

    symbol: Symbol = "NVDA"
    bars: BarsConfig = BarsConfig()
    features: FeaturesConfig = FeaturesConfig()
    model: ModelConfig = ModelConfig()
    strategy: StrategyConfig = StrategyConfig()
    risk: RiskConfig = RiskConfig()
    execution: ExecutionConfig = ExecutionConfig()
    parity: ParityConfig = ParityConfig()

    def sha256(self) -> str:
        """Hash every value that both engines read, whatever the file's spelling."""
        return sha256(orjson.dumps(self.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)).hexdigest()


def load_config(path: Path | None) -> HyprLConfig:
    """Read a TOML file, or the embedded default when `path` is None.

    Raises ConfigError naming the key for an unknown key, a wrong type or an impossible value.
    """
    if path is None:
        return parse_config(
            files("hyprl.embedded").joinpath("nvda-1h.toml").read_text("utf-8"), "built-in config"
        )
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"cannot be read ({getattr(error, 'strerror', None) or 'not UTF-8 text'})",
            where=str(path),
            remedy="Pass --config with a readable TOML file, or none for the built-in one.",
        ) from error
    return parse_config(text, str(path))


def parse_config(text: str, where: str) -> HyprLConfig:
    """Parse TOML text; `where` names it in errors. Raises ConfigError."""
    try:
        tables = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # not only TOMLDecodeError: a number of 5,000 digits
        raise ConfigError(f"is not TOML: {error}", where=where, remedy="Mend the named line.") from error
    try:
        return HyprLConfig.model_validate(tables)
    except ValidationError as error:
        raise _named(error, where) from None


def require_symbol(symbol: str) -> str:
    """Return the symbol of a command line. Raises ConfigError for one that cannot be part of a file name."""
    if re.fullmatch(SYMBOL_PATTERN, symbol) is None:
        raise ConfigError(
            f"{symbol!r} is not a symbol",
            where="--symbol",
            remedy="Use letters, digits and . - _ ^ =, at most 32 of them.",
        )
    return symbol


def _named(error: ValidationError, where: str) -> ConfigError:
    problems = []
    for item in error.errors():
        path = ".".join(str(part) for part in item["loc"]) or "the file"
        if item["type"] == "extra_forbidden":
            problems.append(f"unknown key `{path}`{_resembling(item['loc'])}")
        elif item["type"] == "model_type":
            problems.append(f"`{path}` must be a table")
        else:
            given = "" if isinstance(item["input"], dict) else f" (got {repr(item['input'])[:40]})"
            problems.append(f"`{path}`: {item['msg'].removeprefix('Value error, ')}{given}")
    return ConfigError(
        "; ".join(problems),
        where=where,
        remedy="Correct or remove the named key; configs/nvda-1h.toml shows every key.",
        problems=problems,
    )


def _resembling(location: tuple[int | str, ...]) -> str:
    section: Any = HyprLConfig
    for part in location[:-1]:
        if not isinstance(part, str):
            return ""
        section = section.model_fields[part].annotation
    known = getattr(section, "model_fields", {})
    found = get_close_matches(str(location[-1]), known, n=1)
    return f", did you mean `{found[0]}`?" if found else ""
