"""A log is read, verified, normalised and joined once on its way to an explanation."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType

import pytest

from hyprl.causes.explain import explain as explain_pair
from hyprl.lab.plants import plant_for
from hyprl.logs.normalise import normalise
from hyprl.parity.diff import diff_logs
from hyprl.redecide.swapped_run import TraceRedecision
from hyprl.trace.chain import verify_chain
from hyprl.trace.encode import TraceHeader
from hyprl.trace.writer import write_trace
from hyprl.usecases.compare import CompareRequest, compare
from hyprl.usecases.drive import replay_in_memory
from hyprl.usecases.explain import explain
from hyprl.usecases.traces import backtest_records, trace_header
from hyprl.wiring import Run, backtest, kernel_for

COUNTED = (verify_chain, normalise, diff_logs, explain_pair, TraceRedecision.__call__)


@contextmanager
def calls_counted() -> Iterator[Counter[CodeType]]:
    counts: Counter[CodeType] = Counter()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            counts[frame.f_code] += 1

    sys.setprofile(note)
    try:
        yield counts
    finally:
        sys.setprofile(None)


@pytest.fixture
def traces(run: Run, tmp_path: Path) -> tuple[Path, Path]:
    overrides = plant_for("threshold-drift:0.03")(run)
    done = backtest(run, kernel_for(run, "interpreted", print), record=True)
    live = replay_in_memory(run, print, overrides=overrides)[1]
    write: Callable[[Path, TraceHeader, list[object]], None] = write_trace
    write(tmp_path / "left.jsonl", trace_header(run, "backtest"), backtest_records(run, done))
    write(tmp_path / "right.jsonl", trace_header(run, "replay", overrides), live)
    return tmp_path / "left.jsonl", tmp_path / "right.jsonl"


def test_two_traces_are_verified_and_normalised_twice_and_joined_once_besides_counterfactuals(traces):
    with calls_counted() as counts:
        explain(compare(CompareRequest(*traces)))
    verified, normalised, joined, explained, decided = (counts[f.__code__] for f in COUNTED)
    assert (verified, normalised, explained) == (2, 2, 1)
    assert decided > 1
    assert joined == 1 + decided


def test_two_plain_logs_are_normalised_twice_and_joined_once(traces, tmp_path: Path):
    plain = [path.with_suffix(".parquet") for path in traces]
    pair = compare(CompareRequest(*traces)).pair
    for log, path in zip((pair.left, pair.right), plain, strict=True):
        log.frame.write_parquet(path)
    with calls_counted() as counts:
        explain(compare(CompareRequest(*plain)))
    assert [counts[f.__code__] for f in COUNTED] == [0, 2, 1, 1, 0]
