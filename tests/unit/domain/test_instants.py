from datetime import UTC, datetime

import polars as pl
import pytest

from hyprl.domain.instants import ISO_UTC_FORMAT, iso_utc, moment_of, utc_us_of

HALF_PAST = 1_734_013_800_000_000  # 2024-12-12T14:30:00Z


@pytest.mark.parametrize(
    ("utc_us", "spelled"),
    [
        (HALF_PAST, "2024-12-12T14:30:00Z"),
        (HALF_PAST + 500_000, "2024-12-12T14:30:00.500Z"),
        (HALF_PAST + 1, "2024-12-12T14:30:00.000001Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
        (-62_135_596_800_000_000, "0001-01-01T00:00:00Z"),
    ],
)
def test_an_instant_has_one_spelling_alone_and_in_a_column(utc_us, spelled):
    assert iso_utc(utc_us) == spelled
    column = pl.Series([utc_us]).cast(pl.Datetime("us", "UTC"))
    assert column.dt.strftime(ISO_UTC_FORMAT).item() == spelled


def test_a_moment_comes_back_from_its_microseconds():
    moment = datetime(2024, 12, 12, 14, 30, 0, 7, tzinfo=UTC)
    assert utc_us_of(moment) == HALF_PAST + 7
    assert moment_of(HALF_PAST + 7) == moment
