"""Show and write what `hyprl diff` found in a stream, and say what a stream leaves out."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hyprl.cli.options import write_json

if TYPE_CHECKING:
    from hyprl.cli.outputs import Outputs
    from hyprl.parity.streamed import Streamed

_NO_PAGE = "the bars were compared in a stream, and the page plots them all; --in-memory holds them"


def publish_streamed(
    streamed: Streamed, paths: tuple[Path, Path], out: Path, outputs: Outputs, json_file: str | None
) -> int:
    """Write and print the result; return the exit code. Raises OutputError."""
    from rich.console import Console

    from hyprl.parity.diff_files import write_excerpt
    from hyprl.report.terminal import render_parity
    from hyprl.usecases.pages import diff_page, subject_of

    result = outputs.judge(streamed.result, partial(click.echo, err=True))
    outputs = outputs.without_page(partial(click.echo, err=True), _NO_PAGE)
    files = write_excerpt(result.main.diff, result.main.symbols, out)
    to_stderr = json_file == "-"
    for name, path, rows in zip(("bt", "replay"), paths, streamed.rows, strict=True):
        click.echo(f"{name:<8}{path}  ({rows:,} bars)", err=to_stderr)
    render_parity(result, Console(stderr=to_stderr, highlight=False, soft_wrap=False))
    click.echo(
        f"Compared in a stream: no page, and the diff holds {_kept(streamed)}.\n"
        "--in-memory writes both in full, and needs memory for all bars.",
        err=to_stderr,
    )
    click.echo(f"Diff: {', '.join(str(path) for path in files)}", err=to_stderr)
    if json_file is not None:
        extras = {"files": [str(path) for path in files], "streamed": streamed.as_json_dict()}
        write_json(result.as_json_dict() | extras | outputs.as_json_dict(), Path(json_file))
    page = partial(diff_page, *paths, result)
    outputs.publish(result, subject_of(result), page, partial(click.echo, err=to_stderr))
    return result.exit_code


def _kept(streamed: Streamed) -> str:
    if not streamed.differing:
        return "no row: no bar differs"
    if streamed.kept < streamed.differing:
        return f"the first {streamed.kept:,} of {streamed.differing:,} differing bars"
    return f"the {streamed.kept:,} differing bars"
