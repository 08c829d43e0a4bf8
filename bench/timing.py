"""Timing that holds on a busy machine: contenders take turns, ratios are taken within a turn, medians over turns."""

from __future__ import annotations

import gc
import os
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Turns:
    """CPU seconds of each contender, one per turn."""

    seconds: dict[str, list[float]]

    def median(self, name: str) -> float:
        """Return the median seconds of a contender."""
        return statistics.median(self.seconds[name])

    def ratio(self, slow: str, fast: str) -> tuple[float, float, float]:
        """Return median, lowest and highest of slow / fast, paired by turn."""
        ratios = [a / b for a, b in zip(self.seconds[slow], self.seconds[fast], strict=True)]
        return statistics.median(ratios), min(ratios), max(ratios)


def take_turns(contenders: Mapping[str, Callable[[], object]], turns: int) -> Turns:
    """Run every contender once unmeasured, then `turns` times in rotation, and time each by this process's CPU clock.

    The CPU clock leaves out what other processes take; on an idle machine and one thread it equals the wall clock.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for run in contenders.values():
        run()
    for _ in range(turns):
        for name, run in contenders.items():
            gc.collect()
            started = time.process_time()
            run()
            seconds[name].append(time.process_time() - started)
    return Turns(seconds)


def keep_to_one_core() -> str:
    """Pin this process to one CPU where the system allows it; say what was done."""
    if not hasattr(os, "sched_setaffinity"):
        return "not pinned"
    core = min(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return "pinned to one core"
