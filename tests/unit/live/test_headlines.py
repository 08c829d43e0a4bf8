"""Sentiment point in time: a headline is seen from the microsecond of its publication, until it is too old."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyprl.kernel.batch import advance_headlines, score_of
from hyprl.live.headlines import HeadlineFeed

CLOSE = 1_000_000
MAX_AGE = 500


def feed(*headlines: tuple[int, float]) -> HeadlineFeed:
    published = [at for at, _ in headlines]
    scores = [score for _, score in headlines]
    return HeadlineFeed(published, scores, MAX_AGE, (advance_headlines, score_of))


def test_a_headline_at_the_close_is_seen():
    assert feed((CLOSE, 0.4)).score_at(CLOSE) == 0.4


def test_a_headline_one_microsecond_after_the_close_is_not_seen():
    assert math.isnan(feed((CLOSE + 1, 0.4)).score_at(CLOSE))


def test_the_latest_of_several_counts():
    assert feed((CLOSE - 20, 0.1), (CLOSE - 10, -0.3), (CLOSE + 1, 0.9)).score_at(CLOSE) == -0.3


def test_of_two_at_one_instant_the_later_row_counts():
    assert feed((CLOSE, 0.1), (CLOSE, 0.2)).score_at(CLOSE) == 0.2


@pytest.mark.parametrize(("age", "seen"), [(MAX_AGE, True), (MAX_AGE + 1, False)])
def test_a_headline_counts_until_it_is_older_than_the_limit(age, seen):
    assert (feed((CLOSE - age, 0.4)).score_at(CLOSE) == 0.4) is seen


def test_no_headline_is_nan():
    assert math.isnan(feed().score_at(CLOSE))


def test_a_restored_cursor_goes_on_to_the_same_score():
    whole, resumed = feed((10, 0.1), (20, 0.2), (30, 0.3)), feed((10, 0.1), (20, 0.2), (30, 0.3))
    whole.score_at(20)
    resumed.cursor = whole.cursor
    assert whole.score_at(30) == resumed.score_at(30) == 0.3


@given(st.lists(st.integers(0, 2_000)), st.lists(st.integers(0, 2_000), min_size=1))
def test_every_close_sees_what_a_full_search_finds(published, closes):
    headlines = [(at, float(index)) for index, at in enumerate(sorted(published))]
    live = feed(*headlines)
    for close in sorted(closes):
        known = [score for at, score in headlines if at <= close and at >= close - MAX_AGE]
        score = live.score_at(close)
        assert (score == known[-1]) if known else math.isnan(score)
