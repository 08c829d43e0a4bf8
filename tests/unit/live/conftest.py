"""A live engine whose every part is a fake that notes when it was called."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from hyprl.domain.account import NO_ORDER, Order
from hyprl.domain.bars import Bar, ClosedBar
from hyprl.domain.decisions import EMIT, LONG, NO_DIRECTION, THRESHOLD, BarContext, Decision
from hyprl.domain.trades import Trade
from hyprl.kernel.account import open_account
from hyprl.live.engine import LiveEngine, LiveParts, Progress
from hyprl.strategy.decide import Judged
from hyprl.trace.compose import RunFacts
from hyprl.trace.signal import SignalTrace

HOUR_US = 3_600_000_000
FACTS = RunFacts(
    "replay-test", "replay", "m", "c", ("ret_1h", "atr_14"), 1, 0.55, 0.45, 0.01, 2.0, 2.0, False
)


def closed_bar(number: int, close: float = 100.0) -> ClosedBar:
    """Bar `number`, one an hour, flat at `close`."""
    bar = Bar(close, close, close, close, 1000.0)
    return ClosedBar("TEST", number * HOUR_US, (number + 1) * HOUR_US, 0, 0, bar)


@dataclass
class Rig:
    """The engine and the diary of its fakes. `emits` decides an entry on every bar; `trade` is what a bar finishes."""

    calls: list[str] = field(default_factory=list)
    emits: bool = False
    trade: Trade | None = None
    records: list[SignalTrace] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    saved: list[Progress] = field(default_factory=list)
    scores_asked_at: list[int] = field(default_factory=list)

    def engine(self, progress: Progress | None = None) -> LiveEngine:
        """Wire the fakes."""
        strategy = SimpleNamespace(decide_signals_on_bar=self._decide)
        store = SimpleNamespace(push=self._push)
        broker = SimpleNamespace(
            account=open_account(10_000.0), on_bar=self._fill, place=self._order, finish=self._finish
        )
        headlines = SimpleNamespace(score_at=self._score, cursor=0)
        sink = SimpleNamespace(write=self._write)
        parts = LiveParts(store, strategy, broker, headlines, FACTS, sink, self._save)  # type: ignore[arg-type]
        return LiveEngine(parts, progress)

    def _push(self, closed: ClosedBar) -> tuple[list[float], bool]:
        self.calls.append("store")
        return [0.01, 4.0], True

    def _fill(self, closed: ClosedBar) -> Trade | None:
        self.calls.append("broker")
        return self.trade

    def _score(self, close_utc_us: int) -> float:
        self.scores_asked_at.append(close_utc_us)
        return float("nan")

    def _decide(self, closed: ClosedBar, features: list[float], *_: object) -> Judged:
        self.calls.append("decide")
        reason = EMIT if self.emits else THRESHOLD
        side = LONG if self.emits else NO_DIRECTION
        decision = Decision(0.6, side, reason, True, True, 160.0, 25.0, 200.0)
        nan = float("nan")
        context = BarContext(
            True, True, False, 100.0, 4.0, 0.0, 0.0, nan, 10_000.0, 10_000.0, 10_000.0, 0.0, 0.0, 1e18
        )
        return Judged(context, decision, Order(1.0, 25.0, 8.0) if self.emits else NO_ORDER)

    def _order(self, order: Order) -> None:
        self.calls.append("order")
        self.orders.append(order)

    def _write(self, record: SignalTrace) -> None:
        self.calls.append("record")
        self.records.append(record)

    def _save(self, progress: Progress) -> None:
        self.calls.append("checkpoint")
        self.saved.append(progress)

    def _finish(self, close: float) -> Trade | None:
        self.calls.append(f"finish {close:g}")
        return self.trade


@pytest.fixture
def rig() -> Rig:
    """A rig that rejects every bar."""
    return Rig()


@pytest.fixture
def bar():
    """Make bar `number` (and a close, 100 by default)."""
    return closed_bar
