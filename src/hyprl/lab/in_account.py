"""Faults in what the live side believes it owns: equity that sizing reads, and state that a restart loses."""

from __future__ import annotations

from collections.abc import Callable, MutableSequence
from copy import copy
from dataclasses import replace

from hyprl.broker.simulated import SimulatedBroker
from hyprl.causes.steps import DecisionStep
from hyprl.domain import account as slots
from hyprl.domain.bars import ClosedBar
from hyprl.domain.trades import Trade
from hyprl.kernel.account import NEVER
from hyprl.lab.ground import GroundTruth, Planting, differ
from hyprl.lab.in_store import WitnessedStore
from hyprl.live.state import EngineState
from hyprl.risk.manager import EquityContext
from hyprl.wiring import LiveOverrides, Restart

REWARM_BARS = 100
HOLDING_STOP, HOLDING_TARGET = 0.9, 1.1
FORGOTTEN_POSITION = (
    slots.SIDE,
    slots.SIZE,
    slots.ENTRY_PRICE,
    slots.STOP,
    slots.TARGET,
    slots.RISK_DISTANCE,
)


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


def drifting_equity(planting: Planting) -> LiveOverrides:
    """Off by a further share each bar."""
    seen: list[int] = []

    def read(open_utc_us: int, equity: float) -> float:
        seen.append(open_utc_us)
        return equity * (1.0 + planting.number * len(seen))

    return _equity(planting, read)


def currency_ratio(planting: Planting) -> LiveOverrides:
    """In a currency that is worth this many of the account's."""
    return _equity(planting, lambda _open, equity: equity * planting.number)


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


def lagging_equity(planting: Planting) -> LiveOverrides:
    """As it was N bars ago."""
    kept: list[float] = []

    def read(_open: int, equity: float) -> float:
        kept.append(equity)
        del kept[: -planting.count - 1]
        return kept[0]

    return _equity(planting, read)


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
    def account(self) -> MutableSequence[float]:
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

    def place_entry(self, side: int, size: float, stop_distance: float) -> None:
        """Order from both."""
        self._broker.place_entry(side, size, stop_distance)
        if self._truth.first_open_utc_us is None:
            self._shadow.place_entry(side, size, stop_distance)

    def finish(self, close: float) -> Trade | None:
        """End the run of the one that counts."""
        return self._broker.finish(close)


def _read_by_gates(account: MutableSequence[float]) -> list[float]:
    since_entry = account[slots.BAR_COUNT] - account[slots.LAST_ENTRY_BAR]
    return [since_entry, float(account[slots.SIDE]), float(account[slots.TRADES_TODAY])]


def _read_by_sizing(account: MutableSequence[float]) -> list[float]:
    return [float(account[slot]) for slot in (slots.EQUITY, slots.SIZE, slots.SESSION_START_EQUITY)]


_READERS = ((DecisionStep.GATES, _read_by_gates), (DecisionStep.SIZE, _read_by_sizing))


def _shadowed(planting: Planting) -> Callable[[SimulatedBroker], ShadowedBroker]:
    shadows: list[SimulatedBroker] = []

    def wrap(broker: SimulatedBroker) -> ShadowedBroker:
        if not shadows:
            shadow = copy(broker)
            shadow.account = copy(broker.account)
            shadows.append(shadow)
        return ShadowedBroker(broker, shadows[0], planting.truth)

    return wrap


def _restarted(
    planting: Planting,
    due: Callable[[MutableSequence[float]], bool],
    forget: Callable[[list[float]], None],
) -> LiveOverrides:
    since = planting.ground.open_at(planting.number)

    def carry(state: EngineState) -> EngineState:
        account = list(state.account)
        forget(account)
        return replace(state, account=tuple(account))

    restart = Restart(lambda now, broker: now >= since and due(broker.account), carry)
    return LiveOverrides(broker=_shadowed(planting), restart=restart)


def position_forgotten(planting: Planting) -> LiveOverrides:
    """The first restart with a position open forgets it; the cash stays."""

    def forget(account: list[float]) -> None:
        for slot in FORGOTTEN_POSITION:
            account[slot] = 0.0

    return _restarted(planting, lambda account: account[slots.SIDE] != 0.0, forget)


def caps_forgotten(planting: Planting) -> LiveOverrides:
    """The first restart on a day with a trade forgets the day: its trades, its first equity, the last entry."""

    def forget(account: list[float]) -> None:
        account[slots.TRADES_TODAY] = 0.0
        account[slots.SESSION_START_EQUITY] = account[slots.EQUITY]
        account[slots.LAST_ENTRY_BAR] = NEVER

    return _restarted(planting, lambda account: account[slots.TRADES_TODAY] > 0.0, forget)


def order_lost(planting: Planting) -> LiveOverrides:
    """The first restart with an order pending forgets the order."""

    def forget(account: list[float]) -> None:
        account[slots.PENDING_SIDE] = 0.0

    return _restarted(planting, lambda account: account[slots.PENDING_SIDE] != 0.0, forget)


def account_reset(planting: Planting) -> LiveOverrides:
    """The first restart without a position starts from the first cash again."""
    first = planting.ground.run.config.risk.initial_equity

    def forget(account: list[float]) -> None:
        account[slots.CASH] = first

    return _restarted(
        planting, lambda account: account[slots.SIDE] == 0.0 and account[slots.CASH] != first, forget
    )


def unknown_holding(planting: Planting) -> LiveOverrides:
    """Shares worth this part of equity are held before the first bar, with exits 10 % away."""
    shadowed = _shadowed(planting)

    class Holder(ShadowedBroker):
        """Buys before its first bar what nobody ordered."""

        def on_bar(self, closed: ClosedBar) -> Trade | None:
            """Hold, then apply the bar."""
            if self.account[slots.BAR_COUNT] == 0.0:
                _hold(self.account, closed.bar.open, planting.number)
            return super().on_bar(closed)

    def wrap(broker: SimulatedBroker) -> ShadowedBroker:
        inner = shadowed(broker)
        return Holder(broker, inner._shadow, planting.truth)

    return LiveOverrides(broker=wrap)


def _hold(account: MutableSequence[float], price: float, share: float) -> None:
    account[slots.SIDE] = 1.0
    account[slots.SIZE] = account[slots.EQUITY] * share / price
    account[slots.ENTRY_PRICE] = price
    account[slots.STOP], account[slots.TARGET] = price * HOLDING_STOP, price * HOLDING_TARGET
    account[slots.RISK_DISTANCE] = price * (1.0 - HOLDING_STOP)


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
