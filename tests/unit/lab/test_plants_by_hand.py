"""What single plants hand out, worked out by hand."""

import math
from collections.abc import Callable

import pytest

from hyprl.domain.bars import ClosedBar
from hyprl.lab import in_feed
from hyprl.lab.ground import GroundTruth, Planting, differ, is_chosen, narrowed
from hyprl.lab.in_account import AlteredEquity, drifting_equity
from hyprl.lab.in_store import AlteredStore
from hyprl.lab.lab import Lab
from hyprl.risk.manager import SimulatedEquity

HOUR_US = 3_600_000_000
Feed = Callable[..., list[ClosedBar]]


class Closes:
    """A store whose only column is the close."""

    plan = None

    def push(self, closed: ClosedBar) -> tuple[list[float], bool]:
        return [closed.bar.close], True


def planting(lab: Lab, level: float | str) -> Planting:
    return Planting(lab.ground, level, GroundTruth(0))


def test_an_altered_store_hands_out_the_altered_row_and_notes_the_bar(feed: Feed):
    truth = GroundTruth(0)
    store = AlteredStore(Closes(), lambda closed, row: [row[0] + (closed.bar.close > 10.0)], truth)
    assert [store.push(closed)[0] for closed in feed(10.0, 11.0, 12.0)] == [[10.0], [12.0], [13.0]]
    assert (truth.first_open_utc_us, truth.bars) == (2 * HOUR_US, 2)


def test_a_row_with_nan_is_not_ready(feed: Feed):
    store = AlteredStore(Closes(), lambda _closed, _row: [math.nan], GroundTruth(0))
    assert not store.push(next(iter(feed(10.0))))[1]


def test_skipping_every_second_bar_leaves_the_first_and_the_third(lab: Lab, feed: Feed):
    plan = planting(lab, 2)
    bars = list(in_feed.skipped_bars(plan).source(feed(10.0, 11.0, 12.0, 13.0)))
    assert [closed.bar.close for closed in bars] == [10.0, 12.0]
    assert plan.truth.first_open_utc_us == 2 * HOUR_US


def test_an_event_before_its_data_repeats_the_bar_before(lab: Lab, feed: Feed):
    bars = list(in_feed.event_before_data(planting(lab, 1.0)).source(feed(10.0, 11.0, 12.0)))
    assert [closed.bar.close for closed in bars] == [10.0, 10.0, 11.0]


def test_a_bar_decided_after_three_quarters_of_its_hour(lab: Lab, feed: Feed):
    (closed,) = in_feed.early_decision(planting(lab, 0.75)).source(feed(10.0))
    assert closed.bar == (9.0, 11.25, 8.25, 9.75, 75.0)


def test_a_close_stamp_is_an_hour_later(lab: Lab, feed: Feed):
    (closed,) = in_feed.close_stamp(planting(lab, "close")).source(feed(10.0))
    assert closed.open_utc_us == 2 * HOUR_US


def test_a_bar_before_a_split_is_four_times_as_dear_and_a_quarter_of_the_volume(lab: Lab, feed: Feed):
    (closed,) = in_feed.unadjusted_split(planting(lab, "both")).source(feed(10.0))
    assert closed.bar == (36.0, 48.0, 32.0, 40.0, 25.0)


def test_a_price_before_a_dividend_of_one_per_cent(lab: Lab, feed: Feed):
    (closed,) = in_feed.dividend(planting(lab, 0.01)).source(feed(99.0))
    assert closed.bar.close == pytest.approx(100.0)


def test_equity_drifts_by_a_further_share_each_bar(lab: Lab):
    context = drifting_equity(planting(lab, 0.01)).equity(SimulatedEquity())
    assert [context.equity_at(bar, 100.0) for bar in range(3)] == pytest.approx([101.0, 102.0, 103.0])


def test_equity_that_is_read_as_it_is_is_no_effect():
    truth = GroundTruth(0)
    AlteredEquity(SimulatedEquity(), lambda _open, equity: equity, truth).equity_at(5, 100.0)
    assert truth.first_open_utc_us is None


def test_rows_differ_by_a_value_or_by_a_nan_on_one_side_alone():
    assert differ([1.0, 2.0], [1.0, 2.5])
    assert differ([math.nan], [1.0])
    assert not differ([math.nan, 1.0], [math.nan, 1.0])


@pytest.mark.parametrize("share", [0.02, 0.1, 0.5, 1.0])
def test_about_the_wanted_share_of_bars_is_chosen(share: float):
    opens = [1_700_000_000_000_000 + hour * HOUR_US for hour in range(2_000)]
    chosen = sum(is_chosen(bar, share) for bar in opens) / len(opens)
    assert chosen == pytest.approx(share, abs=0.02)


def test_narrow_floats_round_and_a_number_beyond_their_range_stays():
    assert narrowed(0.1, "float32") == 0.10000000149011612
    assert narrowed(1e6, "float16") == 1e6
