"""`hyprl explain`: where two signal logs part, why, and how much of the gap each cause explains."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hyprl.cli.diff import page_beside
from hyprl.cli.logs import pair_options, read_pair
from hyprl.cli.options import JSON_TARGET, refuse_early, write_json
from hyprl.cli.outputs import Outputs, output_options

if TYPE_CHECKING:
    from hyprl.causes.findings import Explanation
    from hyprl.logs.load import SignalLog
    from hyprl.parity.verdict import ParityResult


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@pair_options
@output_options
@click.option(
    "--json", "json_target", type=JSON_TARGET, help="Write the result as JSON here; - for standard output."
)
@click.pass_context
def explain(
    context: click.Context,
    /,
    left: Path,
    right: Path,
    stage: str,
    calendar: str | None,
    out: Path,
    json_target: Path | None,
    **values: Any,
) -> None:
    """Explain why the signal logs LEFT (backtest) and RIGHT (replay) differ.

    Says at which bar, stage and column they part, ranks the causes that the logs show, and lists what would have to be
    recorded to say more. Two HyprL traces are decided again with parts exchanged, which measures each cause's share.
    Exit: 0 gates kept, 1 broken, 2 unusable input, 3 could not be assessed.
    """
    from hyprl.parity.diff_files import write_symbol_diffs
    from hyprl.parity.verdict import compare
    from hyprl.usecases.explanations import explain_logs
    from hyprl.usecases.logs import expected_opens
    from hyprl.usecases.pages import diff_page, subject_of

    refuse_early(json_target)
    outputs = Outputs.take(values)
    pair = read_pair(left, right, values, calendar)
    logs = [pair.left, pair.right]
    opens = expected_opens([log.frame for log in logs]) if calendar is not None else None
    compared = compare(logs[0].frame, logs[1].frame, stage, opens)
    result = outputs.judge(compared, partial(click.echo, err=True))
    explanation = explain_logs(logs[0], logs[1], opens)
    files = write_symbol_diffs(result.main.diff, out)
    outputs = outputs.with_page(page_beside(files).with_name(page_beside(files).stem + "_explained.html"))
    on_stderr = json_target is not None and str(json_target) == "-"
    if json_target is not None:  # first: a reader that closes the pipe early does not cost the file
        extras = {"files": [str(path) for path in files], "notes": list(pair.notes)} | outputs.as_json_dict()
        write_json(result.as_json_dict() | explanation.as_json_dict() | extras, json_target)
    _show(logs, result, explanation, to_stderr=on_stderr)
    page = partial(diff_page, left, right, result, pair.notes, explanation, command="explain")
    outputs.publish(result, subject_of(result), page, partial(click.echo, err=on_stderr))
    context.exit(result.exit_code)


def _show(logs: list[SignalLog], result: ParityResult, explanation: Explanation, *, to_stderr: bool) -> None:
    from rich.console import Console

    from hyprl.report.explanation import render_explanation

    for name, log in zip(("bt", "replay"), logs, strict=True):
        click.echo(f"{name:<8}{log.path}  ({log.frame.height:,} bars)", err=to_stderr)
    render_explanation(result, explanation, Console(stderr=to_stderr, highlight=False, soft_wrap=False))
