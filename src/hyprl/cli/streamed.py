"""`hyprl diff` of two large sorted logs: compared in a stream, and what a stream leaves out is said."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hyprl.cli.logs import say_sides
from hyprl.cli.options import Screen, announce, write_json

if TYPE_CHECKING:
    from hyprl.parity.streamed import Streamed
    from hyprl.usecases.compare import CompareRequest
    from hyprl.usecases.publish import Outputs

_NO_PAGE = "the bars were compared in a stream, and the page plots them all; --in-memory holds them"


def diff_in_stream(
    request: CompareRequest, values: dict[str, Any], outputs: Outputs, *, by_size: bool
) -> int | None:
    """Compare and publish; return the exit code, None where the logs are to be compared in memory.

    With `by_size` only large logs are compared in a stream. Raises OutputError.
    """
    from hyprl.usecases.compare import compare_in_stream

    streamed = compare_in_stream(request, by_size=by_size)
    if streamed is None:
        return None
    if isinstance(streamed, str):
        announce(f"not streamed: {streamed}; comparing in memory")
        return None
    return _publish(streamed, (request.left, request.right), values, outputs)


def _publish(
    streamed: Streamed, paths: tuple[object, object], values: dict[str, Any], outputs: Outputs
) -> int:
    from hyprl.parity.diff_files import write_excerpt
    from hyprl.report.terminal import render_parity
    from hyprl.usecases.publish import judge_by_baseline, publish

    warn = partial(click.echo, err=True)
    result = judge_by_baseline(streamed.result, outputs, warn)
    outputs = outputs.without_page(warn, _NO_PAGE)
    files = write_excerpt(result.main.diff, result.main.symbols, values["out"])
    json_target: Path | None = values["json_target"]
    screen = Screen(json_target)
    say_sides(paths, streamed.rows, to_stderr=screen.on_stderr)
    render_parity(result, screen.console(soft_wrap=False))
    screen.say(
        f"Compared in a stream: no page, and the diff holds {_kept(streamed)}.\n"
        "--in-memory writes both in full, and needs memory for all bars."
    )
    screen.say(f"Diff: {', '.join(str(path) for path in files)}")
    if json_target is not None:
        extras = {"files": [str(path) for path in files], "streamed": streamed.as_json_dict()}
        write_json(result.as_json_dict() | extras | outputs.as_json_dict(), json_target)
    publish(result, outputs, screen.say)
    return result.exit_code


def _kept(streamed: Streamed) -> str:
    if not streamed.differing:
        return "no row: no bar differs"
    if streamed.kept < streamed.differing:
        return f"the first {streamed.kept:,} of {streamed.differing:,} differing bars"
    return f"the {streamed.kept:,} differing bars"
