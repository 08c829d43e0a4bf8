"""The replay source: bars one at a time, in order, from where it is told."""

from hyprl.live.source import ReplaySource


def test_every_bar_is_handed_out_once_in_order(make_bars):
    series = make_bars([1.0, 2.0, 3.0])
    assert [closed.bar.close for closed in ReplaySource(series)] == [1.0, 2.0, 3.0]


def test_a_source_can_begin_after_the_bars_already_decided(make_bars):
    assert [closed.bar.close for closed in ReplaySource(make_bars([1.0, 2.0, 3.0]), 2)] == [3.0]


def test_a_source_has_no_way_to_ask_for_a_later_bar(make_bars):
    public = {name for name in dir(ReplaySource(make_bars([1.0]))) if not name.startswith("_")}
    assert public == set()
