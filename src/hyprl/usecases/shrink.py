"""Shrink the divergence of two logs and write it as a fixture: two small logs, what they hold, a pytest file.

Two HyprL traces also say which inputs and constants part their decisions: the bar is decided again from its records,
and of the inputs in which the sides differ the fewest are kept that still change the decision.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from hyprl.causes.shrink import Aim, Shrunk, shrink_logs, still_shows
from hyprl.domain.instants import ISO_UTC_FORMAT
from hyprl.errors import HyprLError, SignalLogError
from hyprl.files import atomic_path, atomic_write_bytes, atomic_write_text, require_directory
from hyprl.logs.load import load_log
from hyprl.logs.log import LogPair, TraceLog
from hyprl.parity.diff import diff_logs
from hyprl.parity.fields import field_sets
from hyprl.redecide.decided_again import Decided, decide_again
from hyprl.report.sentences.undecided import undecided_line
from hyprl.report.shrink import Config, Fixture, Nothing, json_number, opens_of, step_name
from hyprl.usecases.compare import CompareRequest, load_pair

_ONLY_TRACES = "only two HyprL traces hold what a bar can be decided from again"
_HEADER_PARTS = ("strategy_parameters", "execution_parameters")


@dataclass(frozen=True, slots=True)
class ShrinkRequest:
    """Which two logs, how they are read, and the folder for the fixture."""

    logs: CompareRequest
    out: Path


def shrink(request: ShrinkRequest, tell: Callable[[LogPair], None] = lambda _pair: None) -> Fixture | Nothing:
    """Load two logs, shrink their divergence and write the fixture; `tell` sees the pair before the work.

    Raises SignalLogError, TraceError or ConfigError for logs that cannot be compared, OutputError for what cannot be
    written.
    """
    pair = load_pair(request.logs)
    tell(pair)
    require_directory(request.out)
    fixture = shrink_pair(pair, request.out)
    if fixture is not None:
        return fixture
    if pair.left.frame.is_empty() and pair.right.frame.is_empty():
        return Nothing(is_empty=True)
    rest = field_sets(diff_logs(pair.left.frame, pair.right.frame)).not_comparable
    return Nothing(is_empty=False, not_comparable=tuple(rest))


def shrink_pair(pair: LogPair, out: Path) -> Fixture | None:
    """Shrink a loaded pair and write the fixture into `out`; None when nothing differs.

    Raises SignalLogError for logs that cannot be compared, OutputError for what cannot be written.
    """
    shrunk = shrink_logs(pair.left.frame, pair.right.frame)
    if shrunk is None:
        return None
    config = _config(pair, shrunk)
    written = [*_write_logs(shrunk, out)]
    if config.decided is not None:
        written.append(_write_inputs(config.decided, out))
    fixture = Fixture(shrunk, config, ())
    test = out / _test_name(shrunk)
    atomic_write_text(test, _test_text(fixture, written))
    summary = out / "shrunk.json"
    fixture = Fixture(shrunk, config, (*written, test, summary))
    atomic_write_bytes(
        summary, _json(fixture.as_json_dict() | {"files": [path.name for path in fixture.files]})
    )
    return fixture


def _config(pair: LogPair, shrunk: Shrunk) -> Config:
    if pair.traces is None:
        return Config(None, None, _ONLY_TRACES)
    left, right = pair.traces
    try:
        decided = decide_again(left, right, shrunk)
    except HyprLError as error:
        return Config(None, None, error.what)
    if isinstance(decided, Decided):
        values = {name: (decided.left[name], decided.right[name]) for name in decided.names}
        return Config(values, decided, "")
    return Config(_differing_facts(left, right), None, undecided_line(decided))


def _differing_facts(left: TraceLog, right: TraceLog) -> dict[str, tuple[float | None, float | None]]:
    mine, theirs = (_flat_facts(log.facts) for log in (left, right))
    names = dict.fromkeys((*mine, *theirs))
    return {
        name: (mine.get(name), theirs.get(name))
        for name in names
        if repr(mine.get(name)) != repr(theirs.get(name))
    }


def _flat_facts(facts: Mapping[str, Any]) -> dict[str, float]:
    found = {
        f"{part}.{name}": value for part in _HEADER_PARTS for name, value in (facts.get(part) or {}).items()
    }
    if "initial_equity" in facts:
        found["initial_equity"] = facts["initial_equity"]
    return found


def _write_logs(shrunk: Shrunk, out: Path) -> list[Path]:
    for suffix in (".csv", ".parquet"):
        paths = [out / f"{side}{suffix}" for side in ("left", "right")]
        for path, frame in zip(paths, (shrunk.left, shrunk.right), strict=True):
            _write_log(frame, path)
        if _reads_back(paths, shrunk.aim):
            return paths
        for path in paths:
            path.unlink()
    raise SignalLogError(
        f"the divergence at {shrunk.aim.column} is lost when the reduced logs are written",
        where=str(out),
        remedy="Please report it, with the two logs.",
    )


def _write_log(frame: pl.DataFrame, path: Path) -> None:
    with atomic_path(path) as temporary:
        if path.suffix == ".parquet":
            frame.write_parquet(temporary)
        else:
            stamps = pl.col("timestamp").dt.strftime(ISO_UTC_FORMAT)
            frame.with_columns(stamps).write_csv(temporary)


def _reads_back(paths: list[Path], aim: Aim) -> bool:
    try:
        left, right = (load_log(path).frame for path in paths)
        return still_shows(left, right, aim)
    except SignalLogError:
        return False  # a spelling that CSV cannot carry: the next format can


def _write_inputs(decided: Decided, out: Path) -> Path:
    path = out / "inputs.json"
    shared = {name: json_number(value) for name, value in decided.left.items() if name not in decided.names}
    sides = {
        side: {name: json_number(values[name]) for name in decided.names}
        for side, values in (("left", decided.left), ("right", decided.right))
    }
    shape = decided.shape
    model = (
        None if shape is None else {"kind": shape.kind, "features": shape.features, "weights": shape.weights}
    )
    atomic_write_bytes(path, _json({"bar": decided.bar, "model": model, "shared": shared, **sides}))
    return path


def _test_name(shrunk: Shrunk) -> str:
    """Return a name that tells fixtures apart: pytest wants every test file of a suite to have its own."""
    column = re.sub(r"[^a-z0-9]+", "_", shrunk.aim.column.lower()).strip("_") or "column"
    stamp = re.sub(r"[^0-9T]", "", opens_of(shrunk)[0])
    return f"test_shrunk_{column[:48]}_{stamp}.py"


def _test_text(fixture: Fixture, written: list[Path]) -> str:
    text = files("hyprl.usecases").joinpath("shrunk_test.txt").read_text("utf-8")
    parts = text.split("# --- the same bar, decided again ---\n")
    aim, decided = fixture.shrunk.aim, fixture.config.decided
    facts = {
        "@STAGE@": step_name(aim),
        "@COLUMN@": ascii(aim.column)[1:-1].replace('"', "'"),
        "@LEFT@": written[0].name,
        "@RIGHT@": written[1].name,
    }
    body = parts[0] if decided is None else parts[0] + parts[1]
    for mark, fact in facts.items():
        body = body.replace(mark, fact)
    return body


def _json(document: dict[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
