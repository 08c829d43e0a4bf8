"""Frames compared and explained as the commands do with files: normalised, paired, joined, each once."""

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from hyprl.causes import counterfactual
from hyprl.causes import explain as explaining
from hyprl.causes.counterfactual import Attribution
from hyprl.causes.findings import Explanation, Finding, Redecide
from hyprl.domain.arrays import Int64Array
from hyprl.logs.log import Log, LogPair
from hyprl.logs.normalise import normalise
from hyprl.parity import verdict
from hyprl.parity.diff import diff_logs
from hyprl.parity.rules import Assessment
from hyprl.parity.verdict import Compared


def pair_of(left: pl.DataFrame, right: pl.DataFrame) -> LogPair:
    named = (("the left log", left), ("the right log", right))
    return LogPair(*(Log(Path(name), normalise(frame, name)) for name, frame in named))


def diff_of(pair: LogPair) -> pl.DataFrame:
    return diff_logs(pair.left.frame, pair.right.frame)


def compare(left: pl.DataFrame, right: pl.DataFrame, stage: str, opens: Int64Array | None = None) -> Compared:
    return verdict.compare(pair_of(left, right), stage, opens)


def assess(left: pl.DataFrame, right: pl.DataFrame) -> Assessment:
    return verdict.assess(pair_of(left, right))


def explain(left: pl.DataFrame, right: pl.DataFrame, redecide: Redecide | None = None) -> Explanation:
    pair = pair_of(left, right)
    return explaining.explain(pair, diff_of(pair), redecide=redecide)


def attribute(
    left: pl.DataFrame, right: pl.DataFrame, redecide: Redecide, factors: Iterable[str] | None = None
) -> tuple[Finding, ...]:
    pair = pair_of(left, right)
    return counterfactual.attribute(pair, diff_of(pair), redecide, factors)


def share_out(
    left: pl.DataFrame, right: pl.DataFrame, redecide: Redecide, factors: Iterable[str]
) -> Attribution | None:
    pair = pair_of(left, right)
    return counterfactual.share_out(pair, diff_of(pair), redecide, factors)
