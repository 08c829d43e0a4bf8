"""Make the embedded synthetic hourly bars: `python scripts/make_synthetic_bars.py`.

They are invented. They have the shape of NVDA (about 50 % annual volatility in clusters, overnight and
earnings gaps, U-shaped volume, half days, both DST changes) and one honest, weak regularity: a part of each
move, larger in turbulent hours, is transitory and decays over the next bars. They also have the quirk of a
real vendor: prices are adjusted for the 10:1 split of 2024-06-10, volumes before it are not.

The file is the fixture. The script says how it came about; `exp` differs in its last bit between machines,
so a rerun elsewhere may differ in the last printed digit.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from hyprl.bars.calendar import SessionGrid, days_since_epoch, session_hours

TARGET = Path(__file__).resolve().parents[1] / "src" / "hyprl" / "embedded" / "synthetic_nvda_1h.parquet"
FIRST, LAST = date(2023, 7, 3), date(2025, 11, 26)
SPLIT = date(2024, 6, 10)
SEED = 20_250_115
STEP_US = 300_000_000
# The path is bent to pass near these session closes; between them it wanders.
ANCHORS = ((FIRST, 42.4), (date(2024, 6, 18), 131.0), (date(2025, 4, 7), 104.0), (LAST, 180.0))
DAILY_VOLATILITY = 0.50 / 252**0.5
OVERNIGHT_SHARE = 0.35
HOUR_VOLATILITY = np.array([1.75, 1.15, 0.90, 0.75, 0.75, 0.85, 1.05])
HOUR_VOLUME = np.array([0.27, 0.155, 0.115, 0.095, 0.095, 0.12, 0.15])
DAILY_SHARES = 240e6
TRANSITORY_SHARE = 0.45
TRANSITORY_DECAY_BARS = 5.0


def simulate(seed: int = SEED) -> pl.DataFrame:
    """Return ts_utc, open, high, low, close (4 decimals) and volume (whole shares) on the complete grid."""
    grid = session_hours(FIRST, LAST)
    generator = np.random.Generator(np.random.PCG64(seed))
    steps = ((grid.close_utc_us - grid.open_utc_us) // STEP_US).astype(int)
    begins = np.flatnonzero(np.diff(grid.session, prepend=-1))
    hour = np.arange(len(grid)) - np.repeat(begins, np.diff(np.append(begins, len(grid))))
    volatility = _volatility(generator, grid, begins)
    gaps = _gaps(generator, grid, begins, volatility)
    opens, paths = _paths(generator, steps, HOUR_VOLATILITY[hour] * volatility, gaps)
    bend = _bend(grid, begins, paths)
    columns = _prices(
        generator, opens + bend, [path + shift for path, shift in zip(paths, bend, strict=True)]
    )
    usual = DAILY_SHARES * HOUR_VOLUME[hour] * np.where(steps < 12, 1.15, 1.0)
    columns["volume"] = _volumes(generator, grid, usual, volatility, _relative_widths(columns, hour))
    return pl.DataFrame({"ts_utc": grid.open_utc_us} | columns).with_columns(
        pl.col("ts_utc").cast(pl.Datetime("us", "UTC"))
    )


def _volatility(generator: np.random.Generator, grid: SessionGrid, begins: np.ndarray) -> np.ndarray:
    """A slow daily and a fast hourly autoregression of the logarithm, mean square about one."""
    slow = _autoregression(generator, len(begins), 0.97, 0.30)
    fast = _autoregression(generator, len(grid), 0.85, 0.18)
    daily = np.repeat(slow, np.diff(np.append(begins, len(grid))))
    return np.exp(daily + fast - (0.30**2 + 0.18**2))


def _autoregression(generator: np.random.Generator, count: int, memory: float, spread: float) -> np.ndarray:
    noise = generator.standard_normal(count) * spread * (1.0 - memory**2) ** 0.5
    values, value = np.empty(count), 0.0
    for index in range(count):
        value = memory * value + noise[index]
        values[index] = value
    return values


def _gaps(
    generator: np.random.Generator, grid: SessionGrid, begins: np.ndarray, volatility: np.ndarray
) -> np.ndarray:
    """Log gaps before each bar: fat-tailed overnight, four earnings nights a year, a hair between hours."""
    gaps = generator.standard_normal(len(grid)) * 3e-5
    overnight = DAILY_VOLATILITY * OVERNIGHT_SHARE**0.5
    draws = np.clip(generator.standard_t(4, len(begins)) / 2.0**0.5, -4.0, 4.0)
    gaps[begins] = draws * overnight * volatility[begins]
    days = [date.fromordinal(int(day) + date(1970, 1, 1).toordinal()) for day in grid.session[begins]]
    earnings = [
        begins[i]
        for i, day in enumerate(days)
        if day.month in (2, 5, 8, 11) and days[i - 1].day < 22 <= day.day
    ]
    gaps[earnings] += generator.standard_normal(len(earnings)) * 0.06
    gaps[0] = 0.0
    return gaps


def _paths(
    generator: np.random.Generator, steps: np.ndarray, scale: np.ndarray, gaps: np.ndarray
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Log price at each bar's open and after each five-minute step: a lasting and a transitory part."""
    per_step = DAILY_VOLATILITY * ((1.0 - OVERNIGHT_SHARE) / 78.0) ** 0.5
    keep = np.exp(-1.0 / (TRANSITORY_DECAY_BARS * 12.0))
    opens, paths = np.empty(len(steps)), []
    lasting, transitory = 0.0, 0.0
    for index, count in enumerate(steps):
        lasting += gaps[index]
        opens[index] = lasting + transitory
        size = per_step * scale[index]
        share = TRANSITORY_SHARE * min(1.6, scale[index])
        moves = generator.standard_normal((2, count)) * size
        path = np.empty(count)
        for step in range(count):
            lasting += moves[0, step] * (1.0 - share**2 / 2.0)
            transitory = transitory * keep + moves[1, step] * share
            path[step] = lasting + transitory
        paths.append(path)
    return opens, paths


def _bend(grid: SessionGrid, begins: np.ndarray, paths: list[np.ndarray]) -> np.ndarray:
    """The slow log shift, linear between anchors, that takes the path through the anchor closes."""
    ends = np.append(begins[1:], len(grid)) - 1
    at = [int(ends[np.searchsorted(grid.session[begins], days_since_epoch(day))]) for day, _ in ANCHORS]
    wanted = [np.log(price) - paths[index][-1] for index, (_, price) in zip(at, ANCHORS, strict=True)]
    return np.interp(np.arange(len(grid)), at, wanted)


def _prices(
    generator: np.random.Generator, opens: np.ndarray, paths: list[np.ndarray]
) -> dict[str, np.ndarray]:
    spans = np.array([np.abs(np.diff(path)).mean() for path in paths])
    reach = np.abs(generator.standard_normal((2, len(paths)))) * spans * 0.4
    opened = np.round(np.exp(opens), 4)
    closed = np.round(np.exp([path[-1] for path in paths]), 4)
    top = np.round(np.exp([path.max() for path in paths] + reach[0]), 4)
    bottom = np.round(np.exp([path.min() for path in paths] - reach[1]), 4)
    high, low = np.maximum(top, np.maximum(opened, closed)), np.minimum(bottom, np.minimum(opened, closed))
    return {"open": opened, "high": high, "low": low, "close": closed}


def _relative_widths(prices: dict[str, np.ndarray], hour: np.ndarray) -> np.ndarray:
    """Each bar's range in units of what is usual at its hour of the day."""
    width = (prices["high"] - prices["low"]) / prices["close"]
    return width / (DAILY_VOLATILITY * HOUR_VOLATILITY[hour] * 0.38)


def _volumes(
    generator: np.random.Generator,
    grid: SessionGrid,
    usual: np.ndarray,
    volatility: np.ndarray,
    widths: np.ndarray,
) -> np.ndarray:
    """U-shaped over the day, higher in turbulent hours and on wide ranges, one tenth before the split."""
    noise = _autoregression(generator, len(grid), 0.6, 0.22)
    shares = usual * volatility**0.6 * np.clip(widths, 0.3, 4.0) ** 0.5 * np.exp(noise)
    factor = np.where(grid.session < days_since_epoch(SPLIT), 0.1, 1.0)
    return np.round(shares * factor)


if __name__ == "__main__":
    bars = simulate()
    bars.write_parquet(
        TARGET,
        compression="zstd",
        compression_level=19,
        metadata={"hyprl_source": "synthetic", "hyprl_symbol": "NVDA", "hyprl_seed": str(SEED)},
    )
    print(f"{bars.height} bars -> {TARGET.name}, {TARGET.stat().st_size} bytes")
