"""The functions of the public interface; the command line does the same through the same parts."""

from __future__ import annotations

from datetime import date
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from hyprl.logs.logmap import MapSource
from hyprl.parity.verdict import ParityResult
from hyprl.report.runs import RunView
from hyprl.report.worded import WordedExplanation
from hyprl.usecases import check, compare, runs
from hyprl.usecases.check import CheckOutcome, CheckRequest
from hyprl.usecases.compare import CompareRequest, MapChoice
from hyprl.usecases.requests import RunRequest, prepare
from hyprl.usecases.results import backtest_view, replay_view

if TYPE_CHECKING:
    from narwhals.typing import IntoDataFrame

PathText = str | PathLike[str]
QUIET_MODELS = Path("data/models")


def run_check(
    request: RunRequest | None = None, *, stage: str = "exact", out: PathText = "data"
) -> CheckOutcome:
    """Run both engines over the year and the microscope; write traces and diffs below `out`; apply a stage's gates.

    Without a request: the embedded synthetic year. `outcome.result.verdict` is `kept`, `broken` or `not_assessed`.
    Raises HyprLError children for bad input.
    """
    return check.run_check(CheckRequest(request or RunRequest(), stage, Path(out)), _quiet)


def run_backtest(request: RunRequest | None = None, *, trace: PathText | None = None) -> RunView:
    """Run the compiled backtest; return trades, equity and performance, next to buying and holding."""
    prepared = prepare(request or RunRequest(), QUIET_MODELS, _quiet)
    run = prepared.run(prepared.start, prepared.end)
    outcome, done = runs.run_backtest(run, _quiet, trace=None if trace is None else Path(trace))
    return backtest_view(prepared, run, outcome, done)


def run_replay(
    request: RunRequest | None = None, *, trace: PathText, state: PathText | None = None
) -> RunView:
    """Run the live engine over recorded bars, one closed bar at a time; go on from `state` if it holds some."""
    prepared = prepare(request or RunRequest(), QUIET_MODELS, _quiet)
    run = prepared.run(prepared.start, prepared.end)
    files = runs.ReplayFiles(Path(trace), None if state is None else Path(state))
    outcome = runs.replay_to_files(run, files, _quiet, tick=lambda _done, _total: None)
    return replay_view(prepared, run, outcome, files.trace)


def compare_logs(
    left: PathText | IntoDataFrame,
    right: PathText | IntoDataFrame,
    *,
    stage: str = "live-ready",
    maps: MapSource | tuple[MapSource, MapSource] = None,
    calendar: str | None = None,
) -> ParityResult:
    """Compare two signal logs by a stage's gates: files, or frames of Polars, pandas or PyArrow.

    Both need timestamp (tz-aware; in pandas it may be the index), symbol, decision, or a map that says how the log
    spells them: `maps` is one for both or (left, right), each a ready name, a TOML file or a table of its keys.
    `calendar="XNYS"` measures coverage against its bars. Raises SignalLogError or ConfigError.
    """
    request = CompareRequest(left, right, _choice(maps), stage, calendar)
    return compare.compare(request).result


def explain_logs(
    left: PathText | IntoDataFrame,
    right: PathText | IntoDataFrame,
    *,
    maps: MapSource | tuple[MapSource, MapSource] = None,
    calendar: str | None = None,
) -> WordedExplanation:
    """Say where two signal logs part and why, as `hyprl explain` does. Arguments and errors: those of `compare_logs`.

    Two HyprL trace files are also decided again with parts exchanged, so that causes come with their shares.
    """
    from hyprl.usecases.explain import explain

    return explain(compare.compare(CompareRequest(left, right, _choice(maps), calendar=calendar)))


def _choice(maps: MapSource | tuple[MapSource, MapSource]) -> MapChoice:
    return MapChoice(*(maps if isinstance(maps, tuple) else (maps, maps)))


def request(
    *,
    bars: PathText | None = None,
    symbol: str | None = None,
    start: date | None = None,
    end: date | None = None,
    model: PathText | None = None,
    config: PathText | None = None,
) -> RunRequest:
    """Say what to run; whatever is None is the config's or the built-in choice. Dates are exchange-local."""
    return RunRequest(
        config=None if config is None else Path(config),
        bars=None if bars is None else Path(bars),
        symbol=symbol,
        start=start,
        end=end,
        model=None if model is None else Path(model),
    )


def _quiet(_message: str) -> None:
    return None
