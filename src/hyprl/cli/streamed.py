"""Show and write what `hyprl diff` found in a stream, and say what a stream leaves out."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hyprl.cli.comparison import say_sides
from hyprl.cli.options import Screen, write_json

if TYPE_CHECKING:
    from hyprl.parity.streamed import Streamed
    from hyprl.usecases.publish import Outputs

_NO_PAGE = "the bars were compared in a stream, and the page plots them all; --in-memory holds them"


def publish_streamed(
    streamed: Streamed, paths: tuple[object, object], values: dict[str, Any], outputs: Outputs
) -> int:
    """Write and print the result; return the exit code. Raises OutputError."""
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
