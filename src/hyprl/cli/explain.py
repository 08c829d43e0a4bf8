"""`hyprl explain`: where two signal logs part, why, and how much of the gap each cause explains."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hyprl.cli.comparison import (
    compare_request,
    output_options,
    pair_options,
    say_notes,
    say_sides,
    take_outputs,
)
from hyprl.cli.options import Screen, json_option, refuse_early, write_json

if TYPE_CHECKING:
    from hyprl.report.worded import WordedExplanation
    from hyprl.usecases.compare import Comparison
    from hyprl.usecases.publish import Outputs


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@pair_options
@output_options
@json_option("the result")
@click.pass_context
def explain(context: click.Context, /, left: Path, right: Path, stage: str, **values: Any) -> None:
    """Explain why the signal logs LEFT (backtest) and RIGHT (replay) differ.

    Says at which bar, stage and column they part, ranks the causes that the logs show, and lists what would have to be
    recorded to say more. Two HyprL traces are decided again with parts exchanged, which measures each cause's share.
    Exit: 0 gates kept, 1 broken, 2 unusable input, 3 could not be assessed.
    """
    from hyprl.usecases.compare import compare
    from hyprl.usecases.publish import judge_by_baseline

    json_target = values["json_target"]
    refuse_early(json_target)
    outputs = take_outputs(values)
    comparison = compare(compare_request(left, right, values, stage, values["calendar"]))
    say_notes(comparison.pair)
    result = judge_by_baseline(comparison.result, outputs, partial(click.echo, err=True))
    comparison = replace(comparison, result=result)
    context.exit(_publish(comparison, values["out"], json_target, outputs))


def _publish(comparison: Comparison, out: Path, json_target: Path | None, outputs: Outputs) -> int:
    from hyprl.usecases.explain import explain as explain_comparison
    from hyprl.usecases.pages import comparison_page
    from hyprl.usecases.publish import page_beside, publish, write_diffs

    result = comparison.result
    explanation = explain_comparison(comparison)
    files = write_diffs(result, out)
    outputs = outputs.with_page(page_beside(files, "_explained"))
    screen = Screen(json_target)
    if json_target is not None:  # first: a reader that closes the pipe early does not cost the file
        extras = {"files": [str(path) for path in files], "notes": list(comparison.pair.notes)}
        document = result.as_json_dict() | explanation.as_json_dict()
        write_json(document | extras | outputs.as_json_dict(), json_target)
    _show(comparison, explanation, screen)
    publish(result, outputs, screen.say, partial(comparison_page, "explain", comparison, explanation))
    return result.exit_code


def _show(comparison: Comparison, explanation: WordedExplanation, screen: Screen) -> None:
    from hyprl.report.explanation import render_explanation

    logs = (comparison.pair.left, comparison.pair.right)
    say_sides(
        (logs[0].path, logs[1].path),
        (logs[0].frame.height, logs[1].frame.height),
        to_stderr=screen.on_stderr,
    )
    render_explanation(comparison.result, explanation, screen.console(soft_wrap=False))
