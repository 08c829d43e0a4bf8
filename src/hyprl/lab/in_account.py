"""Faults in what the live side believes it owns: equity that sizing reads, and state that a restart loses."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import replace

from hyprl.broker.simulated import SimulatedBroker
from hyprl.causes.cause import Cause
from hyprl.causes.steps import DecisionStep
from hyprl.domain.account import Account, Order, account_from, account_values
from hyprl.domain.bars import ClosedBar
from hyprl.domain.trades import Trade
from hyprl.kernel.account import NEVER, taken
from hyprl.lab.fault import fault
from hyprl.lab.ground import GroundTruth, Planting, differ
from hyprl.lab.in_store import WitnessedStore
from hyprl.live.state import EngineState
from hyprl.risk.manager import EquityContext
from hyprl.wiring import LiveOverrides, Restart

REWARM_BARS = 100
HOLDING_STOP, HOLDING_TARGET = 0.9, 1.1


class AlteredEquity:
    """An equity context that reads something else, and notes where it differs."""

    name = "account"

    def __init__(
        self, context: EquityContext, read: Callable[[int, float], float], truth: GroundTruth
    ) -> None:
        self._context = context
        self._read = read
        self._truth = truth

    def equity_at(self, open_utc_us: int, account_equity: float) -> float:
        """Return the altered equity."""
        healthy = self._context.equity_at(open_utc_us, account_equity)
        altered = self._read(open_utc_us, healthy)
        if altered != healthy:
            self._truth.note(open_utc_us)
        return altered


def _equity(planting: Planting, read: Callable[[int, float], float]) -> LiveOverrides:
    return LiveOverrides(equity=lambda context: AlteredEquity(context, read, planting.truth))


@fault(
    "drifting-equity",
    "sizing reads an account that drifts (the plan's fourth cause)",
    cause=Cause.SIZING_EQUITY,
    step=DecisionStep.SIZE,
    levels=(0.0001, 1e-05, 0.001),
)
def drifting_equity(planting: Planting) -> LiveOverrides:
    """Off by a further share each bar."""
    read_at: list[int] = []

    def read(open_utc_us: int, equity: float) -> float:
        read_at.append(open_utc_us)
        return equity * (1.0 + planting.number * len(read_at))

    return _equity(planting, read)


@fault(
    "currency-ratio",
    "equity is read in another currency",
    cause=Cause.SIZING_EQUITY,
    step=DecisionStep.SIZE,
    levels=(0.92, 1.1, 7.2),
)
def currency_ratio(planting: Planting) -> LiveOverrides:
    """In a currency that is worth this many of the account's."""
    return _equity(planting, lambda _open, equity: equity * planting.number)


@fault(
    "frozen-equity",
    "equity is read once and never again (share of the window before)",
    cause=Cause.SIZING_EQUITY,
    step=DecisionStep.SIZE,
    levels=(0.0, 0.3, 0.6),
)
def frozen_equity(planting: Planting) -> LiveOverrides:
    """As it was when this share of the window had passed."""
    since = planting.ground.open_at(planting.number)
    kept: list[float] = []

    def read(open_utc_us: int, equity: float) -> float:
        if open_utc_us < since:
            return equity
        kept.extend(() if kept else (equity,))
        return kept[0]

    return _equity(planting, read)


@fault(
    "lagging-equity",
    "equity is N bars old when it is read",
    cause=Cause.SIZING_EQUITY,
    step=DecisionStep.SIZE,
    levels=(1, 7),
)
def lagging_equity(planting: Planting) -> LiveOverrides:
    """As it was N bars ago."""
    kept: list[float] = []

    def read(_open: int, equity: float) -> float:
        kept.append(equity)
        del kept[: -planting.count - 1]
        return kept[0]

    return _equity(planting, read)


@fault(
    "deposit",
    "money moves into or out of the account in mid-run",
    cause=Cause.SIZING_EQUITY,
    step=DecisionStep.SIZE,
    levels=(0.25, 0.05, -0.1),
)
def deposit(planting: Planting) -> LiveOverrides:
    """This share of the first equity more from mid-run on."""
    since = planting.ground.open_at(0.5)
    money = planting.number * planting.ground.run.config.risk.initial_equity
    return _equity(planting, lambda open_utc_us, equity: equity if open_utc_us < since else equity + money)


class ShadowedBroker:
    """A broker beside a healthy one that gets the same bars and orders, until their accounts differ."""

    def __init__(self, broker: SimulatedBroker, shadow: SimulatedBroker, truth: GroundTruth) -> None:
        self._broker = broker
        self._shadow = shadow
        self._truth = truth

    @property
    def account(self) -> Account:
        """Return the account that decisions are taken on."""
        return self._broker.account

    def on_bar(self, closed: ClosedBar) -> Trade | None:
        """Apply a bar to both; note whether what a decision reads differs."""
        trade = self._broker.on_bar(closed)
        if self._truth.first_open_utc_us is None:
            self._shadow.on_bar(closed)
            for step, read in _READERS:
                if differ(read(self.account), read(self._shadow.account)):
                    self._truth.note(closed.open_utc_us, step=step)
                    break
        return trade

    def place(self, order: Order) -> None:
        """Order from both."""
        self._broker.place(order)
        if self._truth.first_open_utc_us is None:
            self._shadow.place(order)

    def finish(self, close: float) -> Trade | None:
        """End the run of the one that counts."""
        return self._broker.finish(close)


def _read_by_gates(account: Account) -> list[float]:
    since_entry = account.bar_count - account.last_entry_bar
    return [since_entry, account.position.side, account.session.trades]


def _read_by_sizing(account: Account) -> list[float]:
    return [account.equity, account.position.size, account.session.start_equity]


_READERS = ((DecisionStep.GATES, _read_by_gates), (DecisionStep.SIZE, _read_by_sizing))


def _shadowed(planting: Planting) -> Callable[[SimulatedBroker], ShadowedBroker]:
    shadows: list[SimulatedBroker] = []

    def wrap(broker: SimulatedBroker) -> ShadowedBroker:
        if not shadows:
            shadows.append(copy(broker))
        return ShadowedBroker(broker, shadows[0], planting.truth)

    return wrap


def _restarted(
    planting: Planting,
    due: Callable[[Account], bool],
    forget: Callable[[Account], Account],
) -> LiveOverrides:
    since = planting.ground.open_at(planting.number)

    def carry(state: EngineState) -> EngineState:
        return replace(state, account=account_values(forget(account_from(state.account))))

    restart = Restart(lambda now, broker: now >= since and due(broker.account), carry)
    return LiveOverrides(broker=_shadowed(planting), restart=restart)


@fault(
    "cold-restart",
    "feature states are lost at a restart, 100 bars warm them up again (share of the window before)",
    cause=Cause.STATE_LOST,
    step=DecisionStep.FEATURES,
    levels=(0.5, 0.2, 0.8),
)
def cold_restart(planting: Planting) -> LiveOverrides:
    """A restart loses the feature states and warms up on the last 100 bars alone."""
    ground, truth = planting.ground, planting.truth
    since, series = ground.open_at(planting.number), ground.run.window.series

    def carry(state: EngineState) -> EngineState:
        cold, last = ground.cold_store(), series.index_at(state.progress.last_open_utc_us)
        for index in range(max(last + 1 - REWARM_BARS, 0), last + 1):
            cold.push(series.bar(index))
        return replace(state, snapshot=cold.snapshot(ground.run.symbol))

    restart = Restart(lambda now, _broker: now >= since, carry)
    return LiveOverrides(store=lambda store: WitnessedStore(store, ground, truth), restart=restart)


@fault(
    "position-forgotten",
    "an open position is forgotten at a restart (share of the window before)",
    cause=Cause.STATE_LOST,
    step=DecisionStep.GATES,
    levels=(0.5, 0.1, 0.8),
)
def position_forgotten(planting: Planting) -> LiveOverrides:
    """The first restart with a position open forgets it; the cash stays."""

    def forget(account: Account) -> Account:
        forgotten = account.position._replace(
            side=0.0, size=0.0, entry_price=0.0, stop=0.0, target=0.0, risk_distance=0.0
        )
        return account._replace(position=forgotten)

    return _restarted(planting, lambda account: account.position.side != 0.0, forget)


@fault(
    "caps-forgotten",
    "the day's trades and loss are forgotten at a restart (share of the window before)",
    cause=Cause.STATE_LOST,
    step=DecisionStep.GATES,
    levels=(0.5, 0.1, 0.8),
)
def caps_forgotten(planting: Planting) -> LiveOverrides:
    """The first restart on a day with a trade forgets the day: its trades, its first equity, the last entry."""

    def forget(account: Account) -> Account:
        today = account.session._replace(trades=0.0, start_equity=account.equity)
        return account._replace(session=today, last_entry_bar=NEVER)

    return _restarted(planting, lambda account: account.session.trades > 0.0, forget)


@fault(
    "order-lost",
    "a pending order is lost at a restart (share of the window before)",
    cause=Cause.STATE_LOST,
    step=DecisionStep.GATES,
    levels=(0.5, 0.1, 0.8),
)
def order_lost(planting: Planting) -> LiveOverrides:
    """The first restart with an order pending forgets the order."""

    def forget(account: Account) -> Account:
        return account._replace(pending=taken(account.pending))

    return _restarted(planting, lambda account: account.pending.side != 0.0, forget)


@fault(
    "unknown-holding",
    "the account holds shares that the backtest does not know (share of equity)",
    cause=Cause.STATE_LOST,
    step=DecisionStep.GATES,
    levels=(0.1, 0.02, 0.5),
)
def unknown_holding(planting: Planting) -> LiveOverrides:
    """Shares worth this part of equity are held before the first bar, with exits 10 % away."""
    shadowed = _shadowed(planting)

    class Holder(ShadowedBroker):
        """Buys before its first bar what nobody ordered."""

        def on_bar(self, closed: ClosedBar) -> Trade | None:
            """Hold, then apply the bar."""
            if self.account.bar_count == 0.0:
                self._broker.account = _holding(self.account, closed.bar.open, planting.number)
            return super().on_bar(closed)

    def wrap(broker: SimulatedBroker) -> ShadowedBroker:
        inner = shadowed(broker)
        return Holder(broker, inner._shadow, planting.truth)

    return LiveOverrides(broker=wrap)


@fault(
    "account-reset",
    "cash starts again at its first value at a restart (share of the window before)",
    cause=Cause.STATE_LOST,
    step=DecisionStep.SIZE,
    levels=(0.5, 0.9),
)
def account_reset(planting: Planting) -> LiveOverrides:
    """The first restart without a position starts from the first cash again."""
    first = planting.ground.run.config.risk.initial_equity

    def forget(account: Account) -> Account:
        return account._replace(cash=first)

    return _restarted(
        planting, lambda account: account.position.side == 0.0 and account.cash != first, forget
    )


def _holding(account: Account, price: float, share: float) -> Account:
    held = account.position._replace(
        side=1.0,
        size=account.equity * share / price,
        entry_price=price,
        stop=price * HOLDING_STOP,
        target=price * HOLDING_TARGET,
        risk_distance=price * (1.0 - HOLDING_STOP),
    )
    return account._replace(position=held)
