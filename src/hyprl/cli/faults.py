"""`hyprl faults`: the fault lab."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hyprl.cli.options import DAY, FILE, Screen, announce, json_option, progress, refuse_early, write_json

if TYPE_CHECKING:
    from hyprl.usecases.requests import RunRequest


class FaultLabel(click.ParamType):  # type: ignore[type-arg]  # older click's is not generic
    """A fault's name, or `name:level`."""

    name = "fault"

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """Return how help spells it."""
        return "NAME[:LEVEL]"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the label, or fail with names that resemble it."""
        from difflib import get_close_matches

        from hyprl.lab.catalogue import BY_NAME, find_fault

        name = value.partition(":")[0]
        if name not in BY_NAME:
            near = get_close_matches(name, BY_NAME, n=1)
            hint = f" (did you mean `{near[0]}`?)" if near else ""
            self.fail(f"there is no fault `{name}`{hint}; `hyprl faults list` shows all.", param, ctx)
        try:
            find_fault(value)
        except KeyError:
            self.fail(f"`{name}` has levels such as {', '.join(map(str, BY_NAME[name].levels))}.", param, ctx)
        return value


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def faults() -> None:
    """Plant known faults in the live side and keep score of what the parity lab makes of them."""


@faults.command("list")
@json_option("the list")
def list_faults(json_target: Path | None) -> None:
    """List every fault with its cause, the stage where it first shows, and its levels."""
    from hyprl.causes.cause import Cause
    from hyprl.lab.catalogue import FAULTS

    if json_target is not None:
        refuse_early(json_target)
        write_json({"faults": [fault.as_json_dict() for fault in FAULTS]}, json_target)
        if str(json_target) == "-":
            return
    for cause in Cause:
        click.echo(cause)
        for fault in (fault for fault in FAULTS if fault.cause == cause):
            levels = ", ".join(map(str, fault.levels))
            click.echo(f"  {fault.name}  [{fault.step}]  {levels}\n      {fault.complaint}")


@faults.command()
@click.option("--config", type=FILE, help="TOML configuration; the built-in one by default.")
@click.option("--bars", type=FILE, multiple=True, help="Bars of one symbol; may be given several times.")
@click.option("--symbol", multiple=True, help="Whose bars; once for each --bars, in the same order.")
@click.option("--timezone", help="IANA zone of timestamps that carry none.")
@click.option("--start", type=DAY, help="First exchange-local date that is decided.")
@click.option("--end", type=DAY, help="Last exchange-local date, included.")
@click.option("--short", is_flag=True, help="Each fault at its usual level, a few pairs: under a minute.")
@click.option("--held-out", is_flag=True, help="Other severities and columns, that nothing was made to fit.")
@click.option(
    "--only", metavar="NAME", help="Only this fault, control, kind (fault, pair, control) or cause."
)
@click.option("--out", type=FILE, default=Path("data"), show_default=True, help="Folder for results, models.")
@json_option("the scoreboard")
def run(
    short: bool, held_out: bool, only: str | None, out: Path, json_target: Path | None, **values: Any
) -> None:
    """Plant every fault, explain what came of it, and print the scoreboard.

    Writes OUT/faults/scoreboard.json and .csv. Exit: 0 every limit holds, 1 one does not, 2 bad usage or input, 3
    nothing was run that counts.
    """
    from hyprl.files import require_directory
    from hyprl.lab.campaign import Campaign, run_campaign
    from hyprl.lab.tables import write_scoreboard
    from hyprl.report.scoreboard import render_scoreboard

    for folder in ("faults", "models"):
        require_directory(out / folder)
    refuse_early(json_target)
    campaign = Campaign(_requests(**values), out / "models", short, held_out, only)
    with progress("faults") as tick:
        board = run_campaign(campaign, announce, tick)
    document = board.as_json_dict()
    if json_target is not None:
        write_json(document, json_target)
    written = write_scoreboard(board, out / "faults")
    console = Screen(json_target).console()
    render_scoreboard(document, console)
    for path in written:
        console.print(f"  wrote {path}")
    click.get_current_context().exit(board.exit_code)


def _requests(
    bars: tuple[Path, ...], symbol: tuple[str, ...], start: datetime | None, end: datetime | None, **rest: Any
) -> tuple[RunRequest, ...]:
    from hyprl.usecases.requests import RunRequest

    if len(symbol) != len(bars) and not (len(bars) <= 1 and len(symbol) <= 1):
        raise click.UsageError("give --symbol once for each --bars, in the same order.")
    files: tuple[Path | None, ...] = bars or (None,)
    names: tuple[str | None, ...] = symbol or (None,)
    first, last = (None if day is None else day.date() for day in (start, end))
    return tuple(
        RunRequest(bars=file, symbol=name, start=first, end=last, **rest)
        for file, name in zip(files, names, strict=True)
    )
