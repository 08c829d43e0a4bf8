"""How the lab asks for an explanation: the entrance that `hyprl explain` uses."""

from __future__ import annotations

import polars as pl

from hyprl.causes.explain import explain
from hyprl.lab.lab import plain
from hyprl.logs.log import LogPair, TraceLog
from hyprl.parity.diff import diff_logs
from hyprl.redecide import redecide_logs
from hyprl.report.worded import WordedExplanation, worded


def explained(left: TraceLog, right: TraceLog, diff: pl.DataFrame) -> WordedExplanation:
    """Explain two logs with all that they hold. Raises HyprLError children for logs that cannot be explained."""
    return worded(explain(LogPair(left, right), diff, redecide=redecide_logs(left, right)))


def explained_plainly(left: TraceLog, right: TraceLog) -> WordedExplanation:
    """Explain what a plain bot would have logged, by signatures alone."""
    pair = LogPair(plain(left), plain(right))
    return worded(explain(pair, diff_logs(pair.left.frame, pair.right.frame)))
