"""Honest differences that are no fault: the lab must stay silent on each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from hyprl.domain.bars import ClosedBar
from hyprl.features.pipeline import FeatureFrameSnapshot
from hyprl.features.stores import FeatureStore
from hyprl.jit.kernel import COMPILED, INTERPRETED
from hyprl.lab.lab import Lab
from hyprl.live.state import EngineState, StateFile
from hyprl.logs.load import load_log
from hyprl.logs.log import TraceLog
from hyprl.model.artifact import ProbabilityModel
from hyprl.trace.encode import TraceHeader
from hyprl.trace.writer import write_trace
from hyprl.wiring import LiveOverrides, Restart

NEW_YORK = "America/New_York"

Make = Callable[[Lab, Path], tuple[TraceLog, TraceLog]]


@dataclass(frozen=True, slots=True)
class Control:
    """An honest pair of logs; `make` is given the lab and a folder for files of its own."""

    name: str
    what: str
    make: Make


def _untouched(lab: Lab, _folder: Path) -> tuple[TraceLog, TraceLog]:
    return lab.left, lab.replayed()


def _rows_reordered(lab: Lab, folder: Path) -> tuple[TraceLog, TraceLog]:
    return lab.left, _through(
        lab.replayed(), folder / "shuffled.parquet", lambda f: f.sample(fraction=1.0, shuffle=True, seed=7)
    )


def _columns_reordered(lab: Lab, folder: Path) -> tuple[TraceLog, TraceLog]:
    return lab.left, _through(lab.replayed(), folder / "columns.parquet", lambda f: f.select(f.columns[::-1]))


def _zone_spelling(lab: Lab, folder: Path) -> tuple[TraceLog, TraceLog]:
    spelled = pl.col("timestamp").dt.convert_time_zone(NEW_YORK).dt.strftime("%Y-%m-%dT%H:%M:%S%:z")
    return lab.left, _through(lab.replayed(), folder / "zone.csv", lambda f: f.with_columns(spelled))


def _csv_for_parquet(lab: Lab, folder: Path) -> tuple[TraceLog, TraceLog]:
    stamped = pl.col("timestamp").dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    right = _through(lab.replayed(), folder / "right.csv", lambda f: f.with_columns(stamped))
    return _through(lab.left, folder / "left.parquet", lambda f: f), right


def _trace_files(lab: Lab, folder: Path) -> tuple[TraceLog, TraceLog]:
    from hyprl.usecases.drive import replay_in_memory
    from hyprl.usecases.requests import quiet
    from hyprl.usecases.traces import backtest_records, trace_header
    from hyprl.wiring import backtest, kernel_for

    done = backtest(lab.run, kernel_for(lab.run, COMPILED, quiet), record=True)
    written = {
        "backtest": (trace_header(lab.run, "backtest"), backtest_records(lab.run, done)),
        "replay": (trace_header(lab.live_run, "replay"), replay_in_memory(lab.live_run, quiet)[1]),
    }
    logs = []
    for name, (header, records) in written.items():
        write_trace(folder / f"{name}.jsonl", header, records)
        logs.append(_loaded(folder / f"{name}.jsonl", header))
    return logs[0], logs[1]


def _loaded(path: Path, header: TraceHeader) -> TraceLog:
    return TraceLog(path, load_log(path).frame, facts=header.facts)


def _extra_columns(lab: Lab, _folder: Path) -> tuple[TraceLog, TraceLog]:
    right = lab.replayed()
    extra = [pl.lit("desk 4").alias("note"), pl.int_range(pl.len()).alias("latency_us")]
    return lab.left, replace(right, frame=right.frame.with_columns(extra))


def _other_names(lab: Lab, folder: Path) -> tuple[TraceLog, TraceLog]:
    names = {"probability_up": "prob", "position_size": "size", "expected_pnl": "ev"}
    loud = pl.col("decision").str.to_uppercase()
    return lab.left, _through(
        lab.replayed(), folder / "names.csv", lambda f: f.with_columns(loud, _stamped()).rename(names)
    )


def _stamped() -> pl.Expr:
    return pl.col("timestamp").dt.strftime("%Y-%m-%d %H:%M:%S+00:00")


def _other_run_id(lab: Lab, _folder: Path) -> tuple[TraceLog, TraceLog]:
    right = lab.replayed()
    renamed = right.frame.with_columns(
        pl.lit("live-0123456789abcdef").alias("run_id"), pl.lit("live").alias("source")
    )
    return lab.left, replace(right, frame=renamed)


def _equal_model(lab: Lab, folder: Path) -> tuple[TraceLog, TraceLog]:
    elsewhere = folder / "elsewhere.pkl"
    lab.live_run.model.save_artifact(elsewhere)
    run = replace(lab.live_run, model=ProbabilityModel.load_artifact(elsewhere))
    return lab.left, lab.replayed(run=run)


def _resumed(lab: Lab, folder: Path) -> tuple[TraceLog, TraceLog]:
    since = lab.ground.open_at(0.5)

    def through_file(state: EngineState) -> EngineState:
        file = StateFile(folder)
        file.save(state)
        loaded = file.load(state.run_id)
        return state if loaded is None else loaded

    restart = Restart(lambda now, _broker: now >= since, through_file)
    return lab.left, lab.replayed(LiveOverrides(restart=restart))


def _served_twice(lab: Lab, _folder: Path) -> tuple[TraceLog, TraceLog]:
    def twice(bars: Iterable[ClosedBar]) -> Iterator[ClosedBar]:
        for closed in bars:
            yield closed
            yield closed

    return lab.left, lab.replayed(LiveOverrides(history=twice, source=twice))


def _corrected_before_close(lab: Lab, _folder: Path) -> tuple[TraceLog, TraceLog]:
    def final_only(bars: Iterable[ClosedBar]) -> Iterator[ClosedBar]:
        for closed in bars:
            working = {}
            for part in (0.25, 0.5, 1.0):  # the vendor's updates within the hour; the last one is the close
                volume = closed.bar.volume * part
                working[closed.open_utc_us] = closed._replace(bar=closed.bar._replace(volume=volume))
            yield working[closed.open_utc_us]

    return lab.left, lab.replayed(LiveOverrides(source=final_only))


def _compiled_live(lab: Lab, _folder: Path) -> tuple[TraceLog, TraceLog]:
    return lab.left, lab.replayed(mode=COMPILED)


def _interpreted_backtest(lab: Lab, _folder: Path) -> tuple[TraceLog, TraceLog]:
    return lab.backtested(INTERPRETED), lab.replayed()


def _own_parity_equity(lab: Lab, _folder: Path) -> tuple[TraceLog, TraceLog]:
    opens = lab.left.frame["timestamp"].dt.epoch("us").to_list()
    own = dict(zip(opens, lab.left.frame["equity"].to_list(), strict=True))
    return lab.left, lab.replayed(run=replace(lab.live_run, parity_equity=own))


def _snapshot_history(lab: Lab, _folder: Path) -> tuple[TraceLog, TraceLog]:
    store, window = lab.ground.cold_store(), lab.run.window
    for index in range(window.start):
        store.push(window.series.bar(index))
    frozen = store.snapshot(lab.symbol).as_dict()

    def continued(cold: FeatureStore) -> FeatureStore:
        cold.restore(FeatureFrameSnapshot.from_dict(frozen))
        return cold

    return lab.left, lab.replayed(LiveOverrides(preroll_bars=0, store=continued))


def _swapped_sides(lab: Lab, _folder: Path) -> tuple[TraceLog, TraceLog]:
    return lab.replayed(), lab.left


def _through(log: TraceLog, path: Path, change: Callable[[pl.DataFrame], pl.DataFrame]) -> TraceLog:
    frame = change(log.frame)
    if path.suffix == ".csv":
        frame.write_csv(path)
    else:
        frame.write_parquet(path)
    return replace(log, frame=load_log(path).frame)


CONTROLS: tuple[Control, ...] = (
    Control("untouched", "nothing was changed at all", _untouched),
    Control("rows-reordered", "the rows of one log file are in another order", _rows_reordered),
    Control("columns-reordered", "the columns of one log file are in another order", _columns_reordered),
    Control("zone-spelling", "one log stamps in New York time with an offset", _zone_spelling),
    Control("csv-for-parquet", "one log is CSV, the other Parquet", _csv_for_parquet),
    Control("trace-files", "both logs are trace files, written and read back", _trace_files),
    Control("extra-columns", "one log has columns of its own", _extra_columns),
    Control("other-names", "one log has other column names and loud decision words", _other_names),
    Control("other-run-id", "the runs have other names", _other_run_id),
    Control("equal-model", "the model is an equal file in another place", _equal_model),
    Control("resumed", "the live engine was stopped half way and resumed from its state file", _resumed),
    Control("served-twice", "every bar is served twice", _served_twice),
    Control("corrected-before-close", "bars change until they close, then no more", _corrected_before_close),
    Control("compiled-live", "the live side runs compiled", _compiled_live),
    Control("interpreted-backtest", "the backtest runs interpreted", _interpreted_backtest),
    Control("own-parity-equity", "the live side is given the equity that it has anyway", _own_parity_equity),
    Control("snapshot-history", "history comes as a snapshot instead of bars", _snapshot_history),
    Control("swapped-sides", "left and right change places", _swapped_sides),
)
