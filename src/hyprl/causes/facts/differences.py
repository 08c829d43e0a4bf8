"""How two sides differ in a factor, as their records show it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OtherStamps:
    """Bars that carry another time (the usual shift in minutes, None where none does), and bars of one side alone."""

    moved: int
    usual_minutes: float | None
    right_lacks: int
    left_bars: int
    right_alone: int


@dataclass(frozen=True, slots=True)
class OtherBarValues:
    """Paired bars with other values in these columns; the ratio is right over left, of closes."""

    bars: int
    paired: int
    columns: tuple[str, ...]
    median_close_ratio: float


@dataclass(frozen=True, slots=True)
class RoundedBars:
    """Paired bars that one side has in narrower formats."""

    bars: int
    paired: int
    side: str
    formats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnclosedBars:
    """Paired bars that on one side lie inside the other's and lack volume."""

    bars: int
    paired: int
    side: str


@dataclass(frozen=True, slots=True)
class LaggedColumns:
    """Columns of which the right side has the left side's values of another bar."""

    columns: tuple[str, ...]
    lags: tuple[int, ...]
    is_every_column: bool


@dataclass(frozen=True, slots=True)
class OtherColumnValues:
    """Columns of other values on the same bars."""

    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OtherScores:
    """Other sentiment scores on the same bars."""


@dataclass(frozen=True, slots=True)
class ColdColumns:
    """Columns that are off as after too little history."""

    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoundedColumns:
    """Columns in narrower formats on one side; without any, last places alone differ."""

    columns: tuple[str, ...]
    left_formats: tuple[str, ...]
    right_formats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoundedProbability:
    """A side's probabilities in another format than its weights give."""

    side: str
    format: str
    largest_difference: float


@dataclass(frozen=True, slots=True)
class HeldRows:
    """Bars on which all columns repeat the row before while the market moved."""

    bars: int


@dataclass(frozen=True, slots=True)
class RestartedColumns:
    """Columns that in mid-run are off as after a cold start."""

    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProbabilityBesideModel:
    """Bars on which a side's probability is not what its model gives for its features."""

    bars: int
    side: str


@dataclass(frozen=True, slots=True)
class OtherModelShape:
    """Models of other kinds, or with other numbers of weights."""


@dataclass(frozen=True, slots=True)
class HeaderWeights:
    """Weights that a log's header states."""

    side: str


@dataclass(frozen=True, slots=True)
class FileWeights:
    """Weights of a model file."""

    path: str
    params_hash: str


@dataclass(frozen=True, slots=True)
class SolvedWeights:
    """Weights solved from the recorded probabilities."""


WeightSource = HeaderWeights | FileWeights | SolvedWeights


@dataclass(frozen=True, slots=True)
class OtherWeights:
    """Model weights that differ, by up to this share of their size; the source is that of the right side's."""

    changed: int
    weights: int
    largest_relative: float
    source: WeightSource
    is_float32: bool


@dataclass(frozen=True, slots=True)
class OtherConstant:
    """A constant of the decision or of the fills, left and right."""

    name: str
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class OtherColumnInRole:
    """The column that the strategy reads in a role, left and right."""

    role: str
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class OtherParameters:
    """Constants and columns that differ; `unstated` are keys that the records contradict unless they are read so."""

    changes: tuple[OtherConstant | OtherColumnInRole, ...]
    unstated: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OtherInitialEquity:
    """What the accounts start with."""

    left: float
    right: float


@dataclass(frozen=True, slots=True)
class ScaledEquity:
    """Bars on which a side sizes from a multiple of its own account, and the least and largest of these multiples."""

    side: str
    lowest: float
    highest: float
    bars: int


@dataclass(frozen=True, slots=True)
class InjectedEquity:
    """One side sizes from equity that it was given."""


@dataclass(frozen=True, slots=True)
class AccountChange:
    """A field of the account: what follows from the side's decisions, and what it recorded."""

    field: str
    expected: float
    recorded: float


@dataclass(frozen=True, slots=True)
class UnexplainedAccount:
    """Bars on which a side's account does not follow from its own decisions, and the changes at the first."""

    side: str
    bars: int
    first: tuple[AccountChange, ...]


@dataclass(frozen=True, slots=True)
class InheritedAccount:
    """Accounts that differ at the first bar by what lies before the logs."""

    first: tuple[AccountChange, ...]


Difference = (
    OtherStamps
    | OtherBarValues
    | RoundedBars
    | UnclosedBars
    | LaggedColumns
    | OtherColumnValues
    | OtherScores
    | ColdColumns
    | RoundedColumns
    | RoundedProbability
    | HeldRows
    | RestartedColumns
    | ProbabilityBesideModel
    | OtherModelShape
    | OtherWeights
    | OtherParameters
    | OtherInitialEquity
    | ScaledEquity
    | InjectedEquity
    | UnexplainedAccount
    | InheritedAccount
)
