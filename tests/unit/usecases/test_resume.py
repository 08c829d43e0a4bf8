"""Stopped at every boundary of every bar, a replay goes on to the same bytes and the same trades."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from hyprl.errors import OutputError, StateError, TraceError
from hyprl.jit.kernel import INTERPRETED
from hyprl.live.engine import LiveEngine
from hyprl.live.state import EngineState, StateFile, locked
from hyprl.trace.signal import SignalTrace
from hyprl.trace.writer import TraceWriter
from hyprl.usecases.drive import Outcome, drive, warm_up
from hyprl.usecases.replay import Checkpoint, ReplayFiles, replay_to_files
from hyprl.usecases.traces import trace_header
from hyprl.wiring import Run, kernel_for, live_side

BARS = 21
Step = Callable[[], None]


class PowerCutError(BaseException):
    """The process ends here."""


def quiet(_message: str) -> None:
    """Announce nothing."""


def replay(run: Run, files: ReplayFiles) -> Outcome:
    return replay_to_files(run, files, quiet, tick=lambda _done, _total: None)


@pytest.fixture(scope="module")
def whole(run: Run, tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Outcome]:
    files = ReplayFiles(tmp_path_factory.mktemp("whole") / "trace.jsonl", None)
    outcome = replay(run, files)
    return files.trace.read_bytes(), outcome


class DyingSink:
    """Writes records until bar `last`, then stops before, in the midst of or after that record."""

    def __init__(self, writer: TraceWriter, path: Path, last: int, when: str) -> None:
        self.writer, self.path, self.left, self.when = writer, path, last, when

    def write(self, record: SignalTrace) -> None:
        self.left -= 1
        if self.left == 0 and self.when == "before":
            raise PowerCutError
        self.writer.write(record)
        if self.left == 0:
            if self.when == "torn":
                with self.path.open("rb+") as file:
                    file.truncate(self.path.stat().st_size - 700)
            raise PowerCutError


class DyingStore:
    """Saves states until bar `last`, then stops before, in the midst of or after that save."""

    def __init__(self, store: StateFile, folder: Path, last: int, when: str) -> None:
        self.store, self.folder, self.left, self.when = store, folder, last, when

    def save(self, state: EngineState) -> None:
        self.left -= 1
        if self.left == 0 and self.when == "before":
            raise PowerCutError
        if self.left == 0 and self.when == "torn":
            (self.folder / "state.json.tmp").write_bytes(b'{"sha256":"0123')
            raise PowerCutError
        self.store.save(state)
        if self.left == 0:
            raise PowerCutError


def stop(run: Run, files: ReplayFiles, part: str, when: str, last: int) -> None:
    """Run the real parts from the start and stop at bar `last`."""
    with locked(files.state), TraceWriter.create(files.trace, trace_header(run, "replay")) as writer:
        sink = DyingSink(writer, files.trace, last, when) if part == "trace" else writer
        store = StateFile(files.state)
        if part == "state":
            store = DyingStore(store, files.state, last, when)
        checkpoint = Checkpoint(run, writer, store)
        side = live_side(run, kernel_for(run, INTERPRETED, quiet), sink, checkpoint)
        checkpoint.side = side
        engine = LiveEngine(side.parts)
        warm_up(engine, run, side.preroll_bars)
        with pytest.raises(PowerCutError):
            drive(engine, run, lambda _done, _total: None)


@pytest.mark.parametrize("last", [1, 2, 7, 20, BARS])
@pytest.mark.parametrize("boundary", [*itertools.product(("trace", "state"), ("before", "torn", "after"))])
def test_a_run_stopped_at_any_boundary_goes_on_to_the_same_bytes(run, whole, tmp_path, boundary, last):
    part, when = boundary
    files = ReplayFiles(tmp_path / "trace.jsonl", tmp_path / "state")
    stop(run, files, part, when, last)
    outcome = replay(run, files)
    kept = last if (part, when) == ("state", "after") else last - 1
    assert files.trace.read_bytes() == whole[0]
    assert (outcome.trades, outcome.final_equity, outcome.exposed_bars) == (
        whole[1].trades,
        whole[1].final_equity,
        whole[1].exposed_bars,
    )
    assert outcome.resumed_after == kept


def test_the_short_run_trades_several_times(whole):
    assert len(whole[1].trades) >= 4


def test_a_run_stopped_in_its_warm_up_starts_anew(run, whole, tmp_path):
    files = ReplayFiles(tmp_path / "trace.jsonl", tmp_path / "state")
    files.state.mkdir()
    TraceWriter.create(files.trace, trace_header(run, "replay")).close()
    outcome = replay(run, files)
    assert files.trace.read_bytes() == whole[0]
    assert outcome.resumed_after == 0


def test_a_finished_run_started_again_changes_nothing(run, whole, tmp_path):
    files = ReplayFiles(tmp_path / "trace.jsonl", tmp_path / "state")
    first = replay(run, files)
    state = (files.state / "state.json").read_bytes()
    again = replay(run, files)
    assert files.trace.read_bytes() == whole[0]
    assert (files.state / "state.json").read_bytes() == state
    assert again.trades == first.trades
    assert again.resumed_after == BARS


def stopped(run: Run, folder: Path) -> ReplayFiles:
    files = ReplayFiles(folder / "trace.jsonl", folder / "state")
    stop(run, files, "state", "after", 7)
    return files


def contents(files: ReplayFiles) -> tuple[bytes, bytes]:
    return files.trace.read_bytes(), (files.state / "state.json").read_bytes()


def test_a_trace_shorter_than_the_state_says_is_refused_and_nothing_is_lost(run, tmp_path):
    files = stopped(run, tmp_path)
    files.trace.write_bytes(files.trace.read_bytes()[:-1])
    before = contents(files)
    with pytest.raises(TraceError, match="not the trace that the saved state continues"):
        replay(run, files)
    assert contents(files) == before


@pytest.mark.parametrize("position", [10, 2000, -5])
def test_a_trace_with_a_changed_byte_is_refused_and_nothing_is_lost(run, tmp_path, position):
    files = stopped(run, tmp_path)
    edited = bytearray(files.trace.read_bytes())
    edited[position] ^= 1
    files.trace.write_bytes(edited)
    before = contents(files)
    with pytest.raises(TraceError, match="not the trace that the saved state continues"):
        replay(run, files)
    assert contents(files) == before


def test_a_trace_that_is_gone_is_refused(run, tmp_path):
    files = stopped(run, tmp_path)
    files.trace.unlink()
    with pytest.raises(TraceError, match="is not there to resume"):
        replay(run, files)


def test_the_state_of_other_bars_is_refused_and_nothing_is_lost(run, run_with, tmp_path):
    files = stopped(run, tmp_path)
    before = contents(files)
    shorter = run.window.series.slice(1, len(run.window.series))
    other = run_with(window=type(run.window)(shorter, run.window.start - 1))
    with pytest.raises(StateError, match="config, model, bars or window differ"):
        replay(other, files)
    assert contents(files) == before


def test_a_state_in_use_is_refused_and_nothing_is_lost(run, tmp_path):
    files = stopped(run, tmp_path)
    before = contents(files)
    with locked(files.state), pytest.raises(StateError, match="in use by another process"):
        replay(run, files)
    assert contents(files) == before


def test_a_resumable_trace_never_replaces_a_file_of_another_kind(run, tmp_path):
    files = ReplayFiles(tmp_path / "notes.txt", tmp_path / "state")
    files.trace.write_text("mine")
    with pytest.raises(OutputError, match="holds something else"):
        replay(run, files)
    assert files.trace.read_text() == "mine"


def test_a_replay_without_state_keeps_the_earlier_trace_until_it_has_the_new_one(run, tmp_path):
    files = ReplayFiles(tmp_path / "trace.jsonl", None)
    files.trace.write_text("earlier")

    def cut(done: int, _total: int) -> None:
        if done == 5:
            raise PowerCutError

    with pytest.raises(PowerCutError):
        replay_to_files(run, files, quiet, tick=cut)
    assert files.trace.read_text() == "earlier"
    assert [path.name for path in tmp_path.iterdir()] == ["trace.jsonl"]
