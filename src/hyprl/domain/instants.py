"""Instants as whole microseconds UTC since 1970-01-01T00:00Z, and their one spelling, ISO 8601 with a Z."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND_US, _MILLISECOND_US = 1_000_000, 1_000

# What `iso_utc` writes, as Polars' strftime spells it for a whole column.
ISO_UTC_FORMAT = "%Y-%m-%dT%H:%M:%S%.fZ"


def moment_of(utc_us: int) -> datetime:
    """Return the instant as an aware datetime, UTC. Raises OverflowError outside the years 1 to 9999."""
    return EPOCH + timedelta(microseconds=int(utc_us))


def utc_us_of(moment: datetime) -> int:
    """Return an aware datetime as microseconds UTC."""
    return (moment - EPOCH) // _MICROSECOND


def iso_utc(utc_us: int) -> str:
    """Return 2024-12-12T14:30:00Z; a part of a second takes three digits, or six where three would lose some.

    Raises OverflowError outside the years 1 to 9999.
    """
    rest = utc_us % _SECOND_US
    digits = "microseconds" if rest % _MILLISECOND_US else "milliseconds" if rest else "seconds"
    return moment_of(utc_us).replace(tzinfo=None).isoformat(timespec=digits) + "Z"
