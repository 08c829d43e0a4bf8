"""The live engine with fakes for every part: what it calls, in which order, and which bars it refuses."""

import pytest

from hyprl.domain.bars import Bar
from hyprl.domain.trades import Trade
from hyprl.errors import DataError
from hyprl.live.engine import Progress

TRADE = Trade(0, 1, 1, 25.0, 100.0, 116.0, 400.0, 2)


def test_a_bar_is_observed_filled_decided_recorded_and_saved_in_this_order(rig, bar):
    rig.engine().on_bar(bar(1))
    assert rig.calls == ["store", "broker", "decide", "record", "checkpoint"]


def test_an_emitted_signal_is_ordered_before_it_is_recorded(rig, bar):
    rig.emits = True
    rig.engine().on_bar(bar(1))
    assert rig.calls == ["store", "broker", "decide", "order", "record", "checkpoint"]


def test_the_order_carries_size_and_atr_times_multiplier(rig, bar):
    rig.emits = True
    rig.engine().on_bar(bar(1))
    assert rig.orders == [(1, 25.0, 8.0)]


def test_a_rejected_signal_orders_nothing(rig, bar):
    rig.engine().on_bar(bar(1))
    assert rig.orders == []


def test_the_headline_feed_is_asked_at_the_close_not_later(rig, bar):
    rig.engine().on_bar(bar(3))
    assert rig.scores_asked_at == [bar(3).close_utc_us]


def test_run_decides_every_bar_of_a_source_once(rig, bar):
    rig.engine().run(bar(number) for number in (1, 2, 3))
    assert [record.timestamp_utc_us for record in rig.records] == [bar(n).open_utc_us for n in (1, 2, 3)]


def test_warm_up_feeds_only_the_features(rig, bar):
    assert rig.engine().warm_up([bar(1), bar(2)]) == 2
    assert rig.calls == ["store", "store"]


def test_a_bar_before_the_last_one_is_refused_naming_both(rig, bar):
    engine = rig.engine()
    engine.on_bar(bar(5))
    with pytest.raises(DataError, match=r"1970-01-01T04:00:00Z came after bar 1970-01-01T05:00:00"):
        engine.on_bar(bar(4))
    assert len(rig.records) == 1


def test_a_bar_before_the_warm_up_is_refused(rig, bar):
    engine = rig.engine()
    engine.warm_up([bar(5)])
    with pytest.raises(DataError, match="came after"):
        engine.on_bar(bar(4))


def test_the_last_bar_served_again_unchanged_is_left_alone(rig, bar):
    engine = rig.engine()
    engine.on_bar(bar(1))
    rig.calls.clear()
    assert engine.on_bar(bar(1)) is None
    assert rig.calls == []
    assert engine.progress.bars_decided == 1


def test_the_last_bar_served_again_with_another_close_is_refused(rig, bar):
    engine = rig.engine()
    engine.on_bar(bar(1, 100.0))
    with pytest.raises(DataError, match="served again with other values") as caught:
        engine.on_bar(bar(1, 100.01))
    assert caught.value.remedy


def test_the_last_warm_up_bar_served_again_is_not_decided(rig, bar):
    engine = rig.engine()
    engine.warm_up([bar(1)])
    assert engine.on_bar(bar(1)) is None
    with pytest.raises(DataError, match="other values"):
        engine.on_bar(bar(1, 99.0))


def test_a_warm_up_that_repeats_a_bar_feeds_it_once(rig, bar):
    assert rig.engine().warm_up([bar(1), bar(1), bar(2)]) == 2
    assert rig.calls == ["store", "store"]


def test_a_resumed_engine_knows_the_last_bar_of_the_process_before(rig, bar):
    first = rig.engine()
    first.on_bar(bar(1))
    resumed = rig.engine(first.progress)
    assert resumed.on_bar(bar(1)) is None
    with pytest.raises(DataError, match="other values"):
        resumed.on_bar(bar(1, 99.0))


def test_progress_counts_bars_and_keeps_trades_equity_and_the_last_close(rig, bar):
    engine = rig.engine()
    rig.trade = TRADE
    engine.on_bar(bar(1, 101.0))
    assert engine.progress.bars_decided == 1
    assert engine.progress.trades == [TRADE]
    assert engine.progress.equity == 10_000.0
    assert engine.progress.last_close == 101.0


def test_an_unusable_bar_does_not_become_the_last_close(rig, bar):
    engine = rig.engine()
    engine.on_bar(bar(1, 101.0))
    engine.on_bar(bar(2)._replace(bar=Bar(0.0, 0.0, 0.0, 0.0, 0.0)))
    engine.finish()
    assert rig.calls[-1] == "finish 101"


def test_what_is_open_at_the_end_is_closed_and_counted(rig, bar):
    engine = rig.engine()
    engine.on_bar(bar(1))
    rig.trade = TRADE
    engine.finish()
    assert engine.progress.trades == [TRADE]


def test_the_saved_progress_already_counts_the_bar(rig, bar):
    engine = rig.engine(Progress(bars_decided=4, last_open_utc_us=bar(4).open_utc_us))
    engine.on_bar(bar(5))
    assert rig.saved[0].bars_decided == 5
    assert rig.saved[0].last_bar_hash == rig.records[0].bar_hash
