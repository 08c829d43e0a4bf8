from io import BytesIO

import polars as pl
import pytest

from hyprl.bars.sentiment import read_sentiment, read_timed_values
from hyprl.errors import DataError

TEXT = "published_at,score\n2025-01-15T14:45:00Z,0.5\n2025-01-15T14:30:00Z,-0.25\n"


def test_scores_come_in_order_of_publication(csv):
    series = read_sentiment(csv(TEXT))
    assert series.published_utc_us.tolist() == [1736951400_000000, 1736952300_000000]
    assert series.score.tolist() == [-0.25, 0.5]


def test_parquet_and_csv_of_the_same_scores_hash_the_same(csv):
    buffer = BytesIO()
    pl.read_csv(TEXT.encode(), try_parse_dates=True).write_parquet(buffer)
    assert read_sentiment(csv(buffer.getvalue(), "s.parquet")).sha256() == read_sentiment(csv(TEXT)).sha256()


def test_one_changed_score_changes_the_hash(csv):
    assert read_sentiment(csv(TEXT)).sha256() != read_sentiment(csv(TEXT.replace("0.5", "0.6"))).sha256()


def test_a_headline_is_known_at_its_instant_and_not_before(csv):
    series = read_sentiment(csv(TEXT))
    assert [series.latest_at(1736951400_000000 + shift) for shift in (-1, 0, 1)] == [-1, 0, 0]


def test_naive_times_need_a_zone(csv):
    path = csv(TEXT.replace("Z", ""))
    with pytest.raises(DataError, match="--timezone"):
        read_sentiment(path)
    assert read_sentiment(path, timezone="UTC").sha256() == read_sentiment(csv(TEXT)).sha256()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (TEXT.replace("-0.25", "nan"), "row 2: the score is not a finite number"),
        (TEXT.replace("-0.25", ""), "row 2"),
        (TEXT.replace("-0.25", "inf"), "row 2"),
        (TEXT.replace("-0.25", "bad"), "row 2: score is `bad`"),
        (TEXT.replace("score", "mood"), "no `score` column"),
        (TEXT.replace("published_at", "when"), "no `publishedat` column"),
        ("", "is empty"),
        ("published_at,score\n", "no rows"),
    ],
)
def test_what_cannot_be_used_is_named(csv, text, message):
    with pytest.raises(DataError, match=message):
        read_sentiment(csv(text))


def test_other_timed_values_come_in_time_order_too(csv):
    path = csv("timestamp,Equity_USD\n2025-01-15T14:45:00Z,10\n2025-01-15T14:30:00Z,11.5\n")
    times, values = read_timed_values(path, ("equity", "equityusd"))
    assert times.tolist() == [1736951400_000000, 1736952300_000000]
    assert values.tolist() == [11.5, 10.0]
