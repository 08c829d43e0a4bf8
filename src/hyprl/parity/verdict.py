"""Compare two logs and judge them: the one entrance for `hyprl diff` and `hyprl check`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from hyprl.domain.arrays import Int64Array
from hyprl.logs.log import LogPair
from hyprl.parity.diff import BOTH, diff_logs
from hyprl.parity.gates import EXIT_CODES, Gate, judge_span, judge_windows, verdict_of
from hyprl.parity.rules import MICROSCOPE, YEAR, Assessment
from hyprl.parity.statistics import compute_statistics, share

_MOST_SYMBOLS = 3  # named in a headline


@dataclass(frozen=True, slots=True)
class Compared:
    """A finished comparison. `assessments` are by window name, or under `span` for logs without windows."""

    stage: str
    verdict: str
    gates: tuple[Gate, ...]
    assessments: dict[str, Assessment]

    @property
    def main(self) -> Assessment:
        """The assessment whose statistics head the report: the year, or the only one."""
        return self.assessments.get(YEAR) or next(iter(self.assessments.values()))

    @property
    def subject(self) -> str:
        """The symbols in a few words."""
        symbols = self.main.symbols
        rest = len(symbols) - _MOST_SYMBOLS
        return ", ".join(symbols[:_MOST_SYMBOLS]) + (f" and {rest} more" if rest > 0 else "") or "no symbol"

    @property
    def exit_code(self) -> int:
        """0 kept, 1 broken, 3 not assessed."""
        return EXIT_CODES[self.verdict]

    def as_json_dict(self) -> dict[str, Any]:
        """Return verdict, stage, span, statistics, gates, and the statistics of each window when there are several.

        `baselined` names the gates that only a baseline keeps; it is there only when there are any.
        """
        from hyprl.parity.as_json import statistics_json

        statistics = statistics_json(self.main.statistics)
        document = {
            "verdict": self.verdict,
            "stage": self.stage,
            "span": statistics["span"],
            "coverage": self.main.coverage,
            "statistics": statistics,
            "gates": [gate.as_json_dict() for gate in self.gates],
        }
        baselined = [gate.metric for gate in self.gates if gate.accepted is not None]
        if baselined:
            document["baselined"] = baselined
        if len(self.assessments) > 1:
            document["windows"] = {
                name: {"coverage": item.coverage, "statistics": statistics_json(item.statistics)}
                for name, item in self.assessments.items()
            }
        return document


def compare(pair: LogPair, stage: str, expected_opens: Int64Array | None = None) -> Compared:
    """Judge two logs over whatever span they have, every rule of the stage applied to it.

    `expected_opens` are the calendar's bar opens, µs UTC; without them coverage is of the union of both sides' bars.
    Raises SignalLogError for logs that cannot be joined, ConfigError for an unknown stage.
    """
    assessment = assess(pair, expected_opens)
    gates = judge_span(stage, assessment)
    return Compared(stage, verdict_of(gates), gates, {"span": assessment})


def compare_windows(stage: str, year: Assessment | None, microscope: Assessment | None) -> Compared:
    """Judge our own engines: each rule on the window that the stage names. At least one window must be given."""
    gates = judge_windows(stage, year, microscope)
    windows = {YEAR: year, MICROSCOPE: microscope}
    given = {name: item for name, item in windows.items() if item is not None}
    return Compared(stage, verdict_of(gates), gates, given)


def assess(pair: LogPair, expected_opens: Int64Array | None = None) -> Assessment:
    """Join and measure two logs of one window; see `compare` for the arguments and errors."""
    diff = diff_logs(pair.left.frame, pair.right.frame)
    coverage = Coverage(expected_opens)
    coverage.add(diff.filter(pl.col("_merge") == BOTH))
    return Assessment(diff, compute_statistics(diff), coverage.share(diff.height, diff["symbol"].n_unique()))


class Coverage:
    """Counts, part by part, the expected bars that both logs have."""

    def __init__(self, expected_opens: Int64Array | None) -> None:
        self._opens = (
            None if expected_opens is None else np.unique(np.asarray(expected_opens, dtype=np.int64))
        )
        self._found = 0

    def add(self, paired: pl.DataFrame) -> None:
        """Count the bars of one part, all of them in both logs."""
        if self._opens is None:
            self._found += paired.height
        else:
            opens = paired["timestamp"].dt.epoch("us").to_numpy()
            self._found += int(np.isin(opens, self._opens).sum())

    def share(self, rows: int, symbols: int) -> float | None:
        """Return the share of the calendar's bars of each symbol, without a calendar of the bars of either log."""
        return share(self._found, rows if self._opens is None else len(self._opens) * max(symbols, 1))
