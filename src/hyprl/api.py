"""The functions of the public interface: each calls one use case."""

from __future__ import annotations

from datetime import date
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from hyprl.logs.logmap import MapSource
from hyprl.parity.verdict import Compared
from hyprl.report.runs import RunView
from hyprl.report.worded import WordedExplanation
from hyprl.usecases import backtest, check, compare, replay
from hyprl.usecases.check import CheckOutcome, CheckRequest
from hyprl.usecases.compare import CompareRequest, MapChoice
from hyprl.usecases.requests import BUILT_IN, RunRequest, quiet

if TYPE_CHECKING:
    from narwhals.typing import IntoDataFrame

PathText = str | PathLike[str]


class RunOptions(TypedDict, total=False):
    """What `request` takes; whatever is left out or None is the config's or the built-in choice."""

    bars: PathText | None
    symbol: str | None
    start: date | None
    end: date | None
    model: PathText | None
    config: PathText | None


def run_check(
    request: RunRequest | None = None, *, stage: str = "exact", out: PathText = "data"
) -> CheckOutcome:
    """Run both engines over the year and the microscope; write traces and diffs below `out`; apply a stage's gates.

    Without a request: the embedded synthetic year. `outcome.result.verdict` is `kept`, `broken` or `not_assessed`.
    Raises HyprLError children for bad input.
    """
    return check.check(CheckRequest(request or BUILT_IN, stage, Path(out)), quiet)


def run_backtest(request: RunRequest | None = None, *, trace: PathText | None = None) -> RunView:
    """Run the compiled backtest; return trades, equity and performance, next to buying and holding."""
    path = None if trace is None else Path(trace)
    return backtest.backtest(backtest.BacktestRequest(request or BUILT_IN, path), quiet).view


def run_replay(
    request: RunRequest | None = None, *, trace: PathText, state: PathText | None = None
) -> RunView:
    """Run the live engine over recorded bars, one closed bar at a time; go on from `state` if it holds some."""
    folder = None if state is None else Path(state)
    return replay.replay(replay.ReplayRequest(request or BUILT_IN, Path(trace), folder), quiet).view


def compare_logs(
    left: PathText | IntoDataFrame,
    right: PathText | IntoDataFrame,
    *,
    stage: str = "live-ready",
    maps: MapSource | tuple[MapSource, MapSource] = None,
    calendar: str | None = None,
) -> Compared:
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


def request(**options: Unpack[RunOptions]) -> RunRequest:
    """Say what to run: bars, symbol, start, end, model, config. Dates are exchange-local, both included.

    Whatever is left out or None is the config's or the built-in choice.
    """
    values: dict[str, Any] = {**options}
    for name in ("bars", "model", "config"):
        if values.get(name) is not None:
            values[name] = Path(values[name])
    return RunRequest(**values)
