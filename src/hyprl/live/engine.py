"""The live engine: a closed bar in, a trace record out, the state saved before the next bar.

It knows nothing of where bars come from, of who fills the orders, or of the time: replay and live trading differ in
the parts that are handed to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from hyprl.broker.port import Broker
from hyprl.domain.bars import ClosedBar, is_usable
from hyprl.domain.decisions import EMIT
from hyprl.domain.instants import iso_utc
from hyprl.domain.trades import Trade
from hyprl.errors import DataError
from hyprl.features.stores import FeatureStore
from hyprl.live.headlines import HeadlineFeed
from hyprl.strategy.engine import StrategyEngine
from hyprl.trace.compose import RunFacts, bar_hash, compose_trace
from hyprl.trace.signal import SignalTrace


class TraceSink(Protocol):
    """Where records go."""

    def write(self, record: SignalTrace) -> None:
        """Keep one record."""


@dataclass(slots=True)
class Progress:
    """How far the run is: what a saved state holds beside the parts' own states."""

    bars_decided: int = 0
    last_open_utc_us: int = 0
    last_bar_hash: str = ""
    last_close: float = 0.0
    trades: list[Trade] = field(default_factory=list)
    equity: float = 0.0
    exposed_bars: int = 0


@dataclass(frozen=True, slots=True)
class LiveParts:
    """Everything that a live engine is made of."""

    store: FeatureStore
    strategy: StrategyEngine
    broker: Broker
    headlines: HeadlineFeed
    facts: RunFacts
    sink: TraceSink
    checkpoint: Callable[[Progress], None]


class LiveEngine:
    """Decides closed bars, one by one."""

    __slots__ = ("parts", "progress")

    def __init__(self, parts: LiveParts, progress: Progress | None = None) -> None:
        self.parts = parts
        self.progress = progress or Progress()

    def warm_up(self, bars: Iterable[ClosedBar]) -> int:
        """Feed history to the features without deciding; return how many bars. Raises as `on_bar` does."""
        count = 0
        for closed in bars:
            if self._is_served_again(closed):
                continue
            self.parts.store.push(closed)
            self.progress.last_open_utc_us = closed.open_utc_us
            self.progress.last_bar_hash = bar_hash(closed)
            count += 1
        return count

    def run(self, bars: Iterable[ClosedBar]) -> None:
        """Decide every bar of a source."""
        for closed in bars:
            self.on_bar(closed)

    def on_bar(self, closed: ClosedBar) -> SignalTrace | None:
        """Fill, observe, decide, order, record and save, in this order; return the record.

        The bar decided last, served once more and unchanged, is left alone and gives None. Raises DataError for the
        same open with other values, and for time going backwards.
        """
        if self._is_served_again(closed):
            return None
        parts, progress = self.parts, self.progress
        features, ready = parts.store.push(closed)
        trade = parts.broker.on_bar(closed)
        score = parts.headlines.score_at(closed.close_utc_us)
        judged = parts.strategy.decide_signals_on_bar(closed, features, ready, parts.broker.account, score)
        if judged.decision.reason == EMIT:
            parts.broker.place(judged.order)
        record = compose_trace(parts.facts, closed, _plain(features), judged.context, judged.decision)
        parts.sink.write(record)
        self._advance(closed, trade, record, judged.context.position_open)
        parts.checkpoint(progress)
        return record

    def finish(self) -> None:
        """End of the source: close what is open at the last close."""
        trade = self.parts.broker.finish(self.progress.last_close)
        if trade is not None:
            self.progress.trades.append(trade)

    def _advance(self, closed: ClosedBar, trade: Trade | None, record: SignalTrace, exposed: bool) -> None:
        progress = self.progress
        progress.bars_decided += 1
        progress.last_open_utc_us = closed.open_utc_us
        progress.last_bar_hash = record.bar_hash
        if is_usable(closed.bar):
            progress.last_close = closed.bar.close
        progress.equity = record.equity
        progress.exposed_bars += bool(exposed)
        if trade is not None:
            progress.trades.append(trade)

    def _is_served_again(self, closed: ClosedBar) -> bool:
        progress = self.progress
        if closed.open_utc_us > progress.last_open_utc_us:
            return False
        opened, last = iso_utc(closed.open_utc_us), iso_utc(progress.last_open_utc_us)
        if closed.open_utc_us < progress.last_open_utc_us:
            raise DataError(
                f"bar {opened} came after bar {last}",
                where=closed.symbol,
                remedy="A source must hand out bars in time order.",
            )
        if bar_hash(closed) != progress.last_bar_hash:
            raise DataError(
                f"bar {opened} was served again with other values (bar hash {bar_hash(closed)[:12]}, decided on "
                f"{progress.last_bar_hash[:12]})",
                where=closed.symbol,
                remedy="A bar may be handed out only once it is final; let the source wait for the vendor's last word.",
            )
        return True


def _plain(features: Any) -> list[float]:
    to_list = getattr(features, "tolist", None)
    values: list[float] = features if to_list is None else to_list()
    return values
