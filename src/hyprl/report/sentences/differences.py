"""How two sides differ in a factor, in words, and what to do about each factor."""

from __future__ import annotations

from hyprl.causes.factor import Factor
from hyprl.causes.facts.differences import (
    AccountChange,
    ColdColumns,
    FileWeights,
    HeaderWeights,
    HeldRows,
    InheritedAccount,
    InjectedEquity,
    LaggedColumns,
    OtherBarValues,
    OtherColumnInRole,
    OtherColumnValues,
    OtherConstant,
    OtherInitialEquity,
    OtherModelShape,
    OtherParameters,
    OtherScores,
    OtherStamps,
    OtherWeights,
    ProbabilityBesideModel,
    RestartedColumns,
    RoundedBars,
    RoundedColumns,
    RoundedProbability,
    ScaledEquity,
    SolvedWeights,
    UnclosedBars,
    UnexplainedAccount,
    WeightSource,
)
from hyprl.report.wording import Wording, word

_MOST_COLUMNS = _MOST_CHANGES = 4
ADVICE = {
    Factor.TIMING: "Stamp every bar with its open in UTC, take sessions from one calendar, hand out closed bars.",
    Factor.BARS: "Decide on the vendor's final, equally adjusted bars on both sides; keep what was served live.",
    Factor.FEATURES: "Compute both sides' features with one step function on closed bars; check the columns' join.",
    Factor.COLD_START: "Warm up on more history, or continue from a snapshot; `hyprl warmup` measures how much.",
    Factor.PRECISION: "Keep float64 from the bar to the decision on both sides; round only what is shown.",
    Factor.RESTART: "Save the feature state with every bar and restore it at the start.",
    Factor.MODEL: "Load one model file on both sides and compare its params_hash; apply scaler and calibration once.",
    Factor.PARAMETERS: "Read one config file on both sides and refuse keys that an engine does not know.",
    Factor.EQUITY: "Size both sides from the same equity: the simulated account, or one map of equities by bar.",
    Factor.STATE: "Save position, caps and pending orders with every bar; compare them with the venue at the start.",
}


@word.register
def other_stamps(facts: OtherStamps) -> Wording:
    """Count moved, lacking and further bars."""
    parts = []
    if facts.usual_minutes is not None:
        parts.append(f"{facts.moved} bars carry another time (usually {facts.usual_minutes:+.0f} min)")
    if facts.right_lacks:
        parts.append(f"the right side lacks {facts.right_lacks} of {facts.left_bars} bars")
    if facts.right_alone:
        parts.append(f"the right side has {facts.right_alone} bars that the left has not")
    return Wording("; ".join(parts), ADVICE[Factor.TIMING])


@word.register
def other_bar_values(facts: OtherBarValues) -> Wording:
    """Name columns and the ratio of closes."""
    listed, ratio = ", ".join(facts.columns), facts.median_close_ratio
    evidence = f"{_share(facts)} ({listed}); median close ratio {ratio:.6g}"
    return Wording(evidence, ADVICE[Factor.BARS])


@word.register
def rounded_bars(facts: RoundedBars) -> Wording:
    """Name side and formats."""
    evidence = f"{_share(facts)}; the {facts.side} side's have {' and '.join(facts.formats)}"
    return Wording(evidence, ADVICE[Factor.PRECISION])


@word.register
def unclosed_bars(facts: UnclosedBars) -> Wording:
    """Say that they look unclosed."""
    looks = f"the {facts.side} side's lie inside the others and lack volume, as unclosed bars do"
    return Wording(f"{_share(facts)}: {looks}", ADVICE[Factor.TIMING])


def _share(facts: OtherBarValues | RoundedBars | UnclosedBars) -> str:
    return f"{facts.bars} of {facts.paired} paired bars have other values"


@word.register
def lagged_columns(facts: LaggedColumns) -> Wording:
    """Name columns and lags."""
    shown = ", ".join(f"{lag:+d}" for lag in facts.lags)
    whole = "all columns" if facts.is_every_column else _listed(facts.columns)
    evidence = f"{whole}: the right side has the left side's values of another bar (lag {shown})"
    return Wording(evidence, ADVICE[Factor.FEATURES])


@word.register
def other_column_values(facts: OtherColumnValues) -> Wording:
    """Count and name columns."""
    evidence = f"{_counted(facts.columns)} of other values on the same bars ({_listed(facts.columns)})"
    return Wording(evidence, ADVICE[Factor.FEATURES])


@word.register
def other_scores(_facts: OtherScores) -> Wording:
    """Name the sentiment scores."""
    return Wording("the sides have other sentiment scores on the same bars", ADVICE[Factor.FEATURES])


@word.register
def cold_columns(facts: ColdColumns) -> Wording:
    """Count and name columns."""
    off = f"off as after too little history, longest memory most ({_listed(facts.columns)})"
    return Wording(f"{_counted(facts.columns)} {off}", ADVICE[Factor.COLD_START])


@word.register
def rounded_columns(facts: RoundedColumns) -> Wording:
    """Name formats side by side."""
    sides = [
        f"the {side} side holds {' and '.join(formats)} where the other has float64"
        for side, formats in (("right", facts.right_formats), ("left", facts.left_formats))
        if formats
    ]
    held = "; ".join(sides) or "last places alone differ, as by another order of sums"
    return Wording(f"{held} ({_listed(facts.columns)})", ADVICE[Factor.PRECISION])


@word.register
def rounded_probability(facts: RoundedProbability) -> Wording:
    """Name side and format."""
    off = f"|difference| up to {facts.largest_difference:.2g}"
    evidence = f"the {facts.side} side's probabilities have {facts.format}, {off}"
    return Wording(evidence, ADVICE[Factor.PRECISION])


@word.register
def held_rows(facts: HeldRows) -> Wording:
    """Count the bars."""
    evidence = f"all columns repeat the row before on {facts.bars} bars while the market moved"
    return Wording(evidence, ADVICE[Factor.RESTART])


@word.register
def restarted_columns(facts: RestartedColumns) -> Wording:
    """Count and name columns."""
    off = f"in mid-run off as after a cold start, and fading back ({_listed(facts.columns)})"
    return Wording(f"{_counted(facts.columns)} {off}", ADVICE[Factor.RESTART])


@word.register
def probability_beside_model(facts: ProbabilityBesideModel) -> Wording:
    """Count the bars."""
    evidence = (
        f"on {facts.bars} bars the {facts.side} side's probability is not what its model gives for its "
        f"features"
    )
    return Wording(evidence, ADVICE[Factor.MODEL])


@word.register
def other_model_shape(_facts: OtherModelShape) -> Wording:
    """Say that they cannot be compared."""
    return Wording("the sides evaluate models of other shapes", ADVICE[Factor.MODEL])


@word.register
def other_weights(facts: OtherWeights) -> Wording:
    """Count weights, say by how much they differ and where the right side's come from."""
    evidence = (
        f"{facts.changed} of {facts.weights} model weights differ, by up to {facts.largest_relative:.2g} of their "
        f"size ({_source(facts.source)})"
    )
    if facts.is_float32:
        return Wording(f"{evidence}: float32", ADVICE[Factor.PRECISION])
    return Wording(evidence, ADVICE[Factor.MODEL])


def _source(source: WeightSource) -> str:
    match source:
        case HeaderWeights(side):
            return f"header of the {side} log"
        case FileWeights(path, params_hash):
            return f"{path} {params_hash}"
        case SolvedWeights():
            return "solved from the recorded probabilities"


@word.register
def other_parameters(facts: OtherParameters) -> Wording:
    """List the changes, left → right."""
    evidence = ", ".join(map(_change, facts.changes))
    if facts.unstated:
        evidence += f" (not as stated: the decisions follow only if {', '.join(facts.unstated)} is read so)"
    return Wording(evidence, ADVICE[Factor.PARAMETERS])


def _change(change: OtherConstant | OtherColumnInRole) -> str:
    match change:
        case OtherConstant(name, left, right):
            return f"{name} {left:g} → {right:g}"
        case OtherColumnInRole(role, mine, theirs):
            return f"{role} column {mine} → {theirs}"


@word.register
def other_initial_equity(facts: OtherInitialEquity) -> Wording:
    """Name both amounts."""
    evidence = f"the accounts start with {facts.left:,.2f} and {facts.right:,.2f}"
    return Wording(evidence, ADVICE[Factor.EQUITY])


@word.register
def scaled_equity(facts: ScaledEquity) -> Wording:
    """Name side and multiples."""
    between = f"{facts.lowest:.6g} … {facts.highest:.6g} times its own account"
    return Wording(f"the {facts.side} side sizes from {between} on {facts.bars} bars", ADVICE[Factor.EQUITY])


@word.register
def injected_equity(_facts: InjectedEquity) -> Wording:
    """Say that one side is given its equity."""
    return Wording("one side sizes from injected equity", ADVICE[Factor.EQUITY])


@word.register
def unexplained_account(facts: UnexplainedAccount) -> Wording:
    """Count bars and show the first changes."""
    bars = "1 bar" if facts.bars == 1 else f"{facts.bars} bars"
    evidence = (
        f"on {bars} the {facts.side} side's account does not follow from its own decisions; first: "
        f"{_changes(facts.first)}"
    )
    return Wording(evidence, ADVICE[Factor.STATE])


@word.register
def inherited_account(facts: InheritedAccount) -> Wording:
    """Say that it lies before the logs, and show the changes."""
    evidence = "the logs begin with other accounts, which came of what lies before them: " + _changes(
        facts.first
    )
    return Wording(evidence, ADVICE[Factor.STATE])


def _changes(first: tuple[AccountChange, ...]) -> str:
    return ", ".join(
        f"{change.field} {change.expected:g} expected, {change.recorded:g} recorded"
        for change in first[:_MOST_CHANGES]
    )


def _counted(columns: tuple[str, ...]) -> str:
    return "1 column" if len(columns) == 1 else f"{len(columns)} columns"


def _listed(columns: tuple[str, ...]) -> str:
    more = f" and {len(columns) - _MOST_COLUMNS} more" if len(columns) > _MOST_COLUMNS else ""
    return ", ".join(columns[:_MOST_COLUMNS]) + more
