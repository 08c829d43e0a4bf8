"""Replay: the live engine over recorded bars, its trace and state in files, so that a killed one goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hyprl.errors import OutputError
from hyprl.files import unwritable
from hyprl.jit.kernel import INTERPRETED, Announce, Kernel
from hyprl.live.engine import LiveEngine, Progress
from hyprl.live.state import EngineState, StateFile, locked
from hyprl.trace.encode import TraceHeader, encode_header
from hyprl.trace.writer import TraceWriter, write_trace
from hyprl.usecases.drive import (
    NowhereSink,
    Outcome,
    Tick,
    drive,
    no_tick,
    outcome_of,
    play,
    restored,
    state_of,
    warm_up,
)
from hyprl.usecases.requests import BUILT_IN, MODELS, RunRequest, prepare
from hyprl.usecases.results import Finished, replay_view
from hyprl.usecases.traces import PARITY_TRACES, copy_trace, trace_header, trace_path
from hyprl.wiring import LiveSide, Run, kernel_for, live_side


@dataclass(frozen=True, slots=True)
class ReplayRequest:
    """What to replay, and where its trace and state go.

    Without `trace`: into `state`, else to the parity traces, where `keeps_parity_trace` puts a copy in any case.
    Without `state` it cannot be resumed.
    """

    run: RunRequest = BUILT_IN
    trace: Path | None = None
    state: Path | None = None
    keeps_parity_trace: bool = False
    models: Path = MODELS


@dataclass(frozen=True, slots=True)
class ReplayFiles:
    """Where a replay writes its trace, and where it keeps its state (None: nowhere, it cannot be resumed)."""

    trace: Path
    state: Path | None


def replay(request: ReplayRequest, announce: Announce, tick: Tick = no_tick) -> Finished:
    """Run the live engine one closed bar at a time; go on where an earlier one stopped. Raises HyprLError children."""
    prepared = prepare(request.run, request.models, announce)
    run = prepared.run(prepared.start, prepared.end)
    parity_trace = trace_path(run, "replay", PARITY_TRACES)
    path = request.trace or (parity_trace if request.state is None else request.state / "trace.jsonl")
    outcome = replay_to_files(run, ReplayFiles(path, request.state), announce, tick=tick)
    if request.keeps_parity_trace and path != parity_trace:
        copy_trace(path, parity_trace)
    return Finished(replay_view(prepared, run, outcome, path), path, outcome.resumed_after)


def replay_to_files(
    run: Run, files: ReplayFiles, announce: Announce, *, mode: str = INTERPRETED, tick: Tick
) -> Outcome:
    """Drive the live engine, saving state after each bar if asked to; go on where an earlier one stopped.

    Raises StateError when the saved state is another run's or damaged, TraceError when the trace is not the one that
    the state continues, OutputError when a file cannot be written.
    """
    kernel = kernel_for(run, mode, announce)
    if files.state is None:
        return _replay_whole(run, kernel, files.trace, tick)
    with locked(files.state):
        store = StateFile(files.state)
        saved = store.load(run.run_id)
        with _open_trace(run, files.trace, saved) as writer:
            return _replay_resumable(run, kernel, Checkpoint(run, writer, store), saved, tick)


def _replay_whole(run: Run, kernel: Kernel, trace: Path, tick: Tick) -> Outcome:
    side = live_side(run, kernel, NowhereSink())
    engine = LiveEngine(side.parts)
    warm_up(engine, run, side.preroll_bars)
    write_trace(trace, trace_header(run, "replay"), play(engine, run, tick))
    return outcome_of(engine, side)


def _replay_resumable(
    run: Run, kernel: Kernel, checkpoint: Checkpoint, saved: EngineState | None, tick: Tick
) -> Outcome:
    side = live_side(run, kernel, checkpoint.writer, checkpoint)
    checkpoint.side = side
    if saved is None:
        engine, resumed_after = LiveEngine(side.parts), 0
        warm_up(engine, run, side.preroll_bars)
    else:
        engine, resumed_after = restored(side, saved), saved.progress.bars_decided
    drive(engine, run, tick)
    return outcome_of(engine, side, resumed_after)


@contextmanager
def _open_trace(run: Run, trace: Path, saved: EngineState | None) -> Iterator[TraceWriter]:
    if saved is not None:
        with TraceWriter.resume(trace, saved.trace_bytes, saved.trace_hash) as writer:
            yield writer
        return
    header = trace_header(run, "replay")
    _require_own(trace, header)
    with TraceWriter.create(trace, header) as writer:
        yield writer


def _require_own(trace: Path, header: TraceHeader) -> None:
    # A resumable trace is appended to in place: what it would replace must be an earlier attempt at the same run.
    line, _ = encode_header(header)
    try:
        with trace.open("rb") as file:
            found = file.read(len(line))
    except FileNotFoundError:
        return
    except OSError as error:
        raise unwritable(trace, error) from error
    if not line.startswith(found):
        raise OutputError(
            "holds something else than the trace of this run",
            where=str(trace),
            remedy="Name another --trace, or move that file away.",
        )


@dataclass(slots=True)
class Checkpoint:
    """Saves an engine's whole state after each bar."""

    run: Run
    writer: TraceWriter
    store: StateFile
    side: LiveSide | None = None

    def __call__(self, progress: Progress) -> None:
        """Save."""
        if self.side is None:
            return
        at = (self.writer.byte_length, self.writer.head_hash)
        self.store.save(state_of(self.run, self.side, progress, at))
