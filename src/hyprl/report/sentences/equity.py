"""What equity shows, recorded or read back from risk, in words."""

from __future__ import annotations

from hyprl.causes.facts.equity import (
    CashAtItsStart,
    ConstantRatio,
    DriftingRatio,
    DriftingRisk,
    EquityJump,
    EquityPartsAtFills,
    EquityWithoutPosition,
    LaggingRisk,
    MovingRisk,
    OtherEquitySource,
    OtherInitialAccount,
    RatioBeforeTrades,
    RatioCourse,
    RiskOffset,
    RiskStep,
    RiskSteps,
    ScaledAccounts,
    StandingEquity,
    StandingRisk,
    UnknownHolding,
    VaryingRatio,
)
from hyprl.report.sentences.advice import ONE_ACCOUNT
from hyprl.report.sentences.names import bar_count
from hyprl.report.wording import Wording, word

_COSTS = (
    "Compare slippage, commission and exit settings of both sides: equity parts only where trades are filled."
)
_PERSIST = "Persist position, orders and account after each bar, and reconcile them at a restart."
_RECORD = (
    "Record risk_fraction and the equity that sizing read: size alone cannot tell a setting from an account."
)


@word.register
def other_equity_source(facts: OtherEquitySource) -> Wording:
    """Count the bars and say how the ratio runs."""
    evidence = (
        f"on {facts.bars:,} bars sizing read an equity that is not the account's own in the same way on both sides: "
        f"{_course(facts.course)}"
    )
    details = {"first_ratio": facts.first_ratio, "last_ratio": facts.last_ratio}
    return Wording(evidence, ONE_ACCOUNT, details)


def _course(course: RatioCourse) -> str:
    match course:
        case StandingEquity(equity):
            return f"the right side's stands still at {equity:,.2f}"
        case ConstantRatio(ratio):
            return f"a constant ratio of {ratio:.6g}"
        case DriftingRatio(first, last):
            return f"a ratio that drifts from {first:.6g} to {last:.6g}"
        case VaryingRatio(lowest, highest):
            return f"a ratio between {lowest:.6g} and {highest:.6g}"


@word.register
def other_initial_account(facts: OtherInitialAccount) -> Wording:
    """Name both, and their ratio."""
    evidence = (
        f"the accounts differ before the first trade: {facts.left:,.2f} left, {facts.right:,.2f} right, ratio "
        f"{facts.ratio:.6g}"
    )
    return Wording(evidence, "Start both sides from the same equity.", {"ratio": facts.ratio})


@word.register
def equity_jump(facts: EquityJump) -> Wording:
    """Name side, bar and both equities."""
    what = "is back at its first value" if facts.is_reset else "moves without a position"
    both = f"{facts.left:,.2f} left, {facts.right:,.2f} right"
    evidence = f"from {facts.since} on the {facts.side} side's equity {what}: {both}"
    return Wording(evidence, "Persist the account with the position." if facts.is_reset else ONE_ACCOUNT)


@word.register
def equity_parts_at_fills(facts: EquityPartsAtFills) -> Wording:
    """Name the bar."""
    evidence = (
        f"equity parts at {facts.since}, where both sides fill a trade, and then again at fills: costs or exit prices "
        f"differ"
    )
    return Wording(evidence, _COSTS)


@word.register
def drifting_risk(facts: DriftingRisk) -> Wording:
    """Name the ends of the drift and its pace."""
    evidence = (
        f"the ratio of risk drifts from {facts.first:.6g} to {facts.last:.6g} in {facts.bars} bars, by "
        f"{facts.per_bar:.2g} a bar, through equal trades"
    )
    return Wording(evidence, ONE_ACCOUNT)


@word.register
def risk_offset(facts: RiskOffset) -> Wording:
    """Name the amount, and whether trades moved it."""
    since = "on every bar" if facts.since is None else f"from {facts.since} on"
    why = (
        ", whatever the equity does: money was added or taken"
        if facts.through_trades
        else ", and no trade was filled there: money was added or taken, or a setting changed"
    )
    evidence = f"{since} the right side risks {facts.offset:+,.2f} beside the left's{why}"
    return Wording(evidence, ONE_ACCOUNT)


@word.register
def standing_risk(facts: StandingRisk) -> Wording:
    """Name side, bar and trades."""
    evidence = (
        f"from {facts.since} on the {facts.side} side sizes from an equity that stands still through {facts.trades} "
        f"trades"
    )
    return Wording(evidence, ONE_ACCOUNT)


@word.register
def lagging_risk(facts: LaggingRisk) -> Wording:
    """Name the lag."""
    evidence = f"the right side sizes from the left's equity of {bar_count(facts.bars)} before"
    return Wording(evidence, ONE_ACCOUNT)


@word.register
def cash_at_its_start(facts: CashAtItsStart) -> Wording:
    """Name side and bar."""
    evidence = f"from {facts.since} on the {facts.side} side's cash is what it was on the first bar"
    return Wording(evidence, _PERSIST)


@word.register
def equity_without_position(facts: EquityWithoutPosition) -> Wording:
    """Name side and bar, and where it stands."""
    where = (
        "it stands where it stood before the entry, as if the position had never been"
        if facts.as_before_entry
        else "one side lost it, or left it by another rule"
    )
    evidence = (
        f"from {facts.since} on the {facts.side} side's equity stands still until its next entry, while the other's "
        f"moves with the position that both ordered: {where}"
    )
    return Wording(evidence, _PERSIST)


@word.register
def risk_step(facts: RiskStep) -> Wording:
    """Name ratio and bar."""
    then = " and stays" if facts.stays else ", more than the costs of a trade would"
    return Wording(f"the ratio of risk steps to {facts.ratio:.6g} at {facts.since}{then}", ONE_ACCOUNT)


@word.register
def risk_steps(facts: RiskSteps) -> Wording:
    """Count the steps."""
    steps = f"the ratio of risk steps {facts.times} times from {facts.since} on and stands between"
    return Wording(f"{steps}: costs of fills", _COSTS)


@word.register
def moving_risk(facts: MovingRisk) -> Wording:
    """Name the bar."""
    evidence = f"the ratio of risk moves from {facts.since} on, decisions and stops being equal"
    return Wording(evidence, ONE_ACCOUNT)


@word.register
def scaled_accounts(facts: ScaledAccounts) -> Wording:
    """Name the ratio."""
    evidence = f"risk is {facts.ratio:.6g} times the left's through every trade: the accounts are scaled"
    return Wording(evidence, ONE_ACCOUNT)


@word.register
def ratio_before_trades(facts: RatioBeforeTrades) -> Wording:
    """Name the ratio and both readings of it."""
    evidence = (
        f"before any trade the risk is {facts.ratio:.6g} times the left's: the risk fraction, or the equity it is "
        f"taken of"
    )
    return Wording(evidence, _RECORD if facts.as_setting else ONE_ACCOUNT)


@word.register
def unknown_holding(facts: UnknownHolding) -> Wording:
    """Name the side."""
    evidence = (
        f"before any trade the {facts.side} side's equity moves from bar to bar and the other's stands still: it holds "
        f"something that the other side does not know"
    )
    return Wording(evidence, "Tell both sides what the account holds at the start.")
