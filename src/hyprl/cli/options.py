"""Options that several commands share, and what they turn into."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from hyprl.usecases.requests import RunRequest


class _Table(click.Path):
    """A file that is read as a table. Parquet is decoded in a child process, which is started while this one loads."""

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> Any:
        path = super().convert(value, param, context)
        from hyprl.tables.table import is_parquet

        if isinstance(path, Path) and is_parquet(path):
            from hyprl.tables.child import shared_child

            shared_child().start()
        return path


FILE = click.Path(path_type=Path)
TABLE = _Table(path_type=Path)
DAY = click.DateTime(formats=["%Y-%m-%d"])
_JSON_TARGET = click.Path(path_type=Path, allow_dash=True)

Command = Callable[..., Any]


def run_options(command: Command) -> Command:
    """Add the options that say what is run."""
    options = [
        click.option("--config", type=FILE, help="TOML configuration; the built-in one by default."),
        click.option(
            "--bars", type=TABLE, help="CSV or Parquet bars; the embedded synthetic ones by default."
        ),
        click.option("--symbol", help="Which symbol's bars; the config's by default."),
        click.option("--timezone", help="IANA zone of timestamps that carry none."),
        click.option("--start", type=DAY, help="First exchange-local date that is decided."),
        click.option("--end", type=DAY, help="Last exchange-local date, included."),
        click.option(
            "--model", type=FILE, help="Model file; without one that fits, one is trained on the bars before."
        ),
        click.option(
            "--parity-equity", type=TABLE, help="Equity by bar (timestamp, equity) that sizes every entry."
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def request_from(values: dict[str, Any]) -> RunRequest:
    """Collect the values of `run_options`."""
    from hyprl.usecases.requests import RunRequest

    return RunRequest(
        config=values["config"],
        bars=values["bars"],
        symbol=values["symbol"],
        timezone=values["timezone"],
        start=_day(values["start"]),
        end=_day(values["end"]),
        model=values["model"],
        parity_equity=values["parity_equity"],
        microscope=_wants_microscope(),
    )


def _wants_microscope() -> bool:
    from hyprl.errors import ConfigError

    mode = os.environ.get("HYPRL_PARITY_MODE", "")
    if mode not in ("", "microscope"):
        raise ConfigError(
            f"unknown mode `{mode}`",
            where="HYPRL_PARITY_MODE",
            remedy="Set it to `microscope`, or not at all.",
        )
    return mode == "microscope"


def json_option(what: str) -> Callable[[Command], Command]:
    """Add --json, which arrives as json_target: a file, or - for standard output. `write_json` writes it."""
    help_text = f"Write {what} as JSON; - for standard output."
    return click.option("--json", "json_target", type=_JSON_TARGET, help=help_text)


def announce(message: str) -> None:
    """Say on standard error what takes its time or was decided for the user."""
    click.echo(f"hyprl: {message}", err=True)


def write_json(content: object, target: Path) -> None:
    """Write JSON to a file, or to standard output for `-`; NaN and infinity become null. Raises OutputError."""
    import orjson

    from hyprl.files import atomic_write_bytes

    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE | orjson.OPT_SERIALIZE_NUMPY
    text = orjson.dumps(content, option=options, default=str)
    if str(target) == "-":
        click.echo(text.decode(), nl=False)
    else:
        atomic_write_bytes(target, text)


def refuse_early(*targets: Path | None) -> None:
    """Fail before the work when a file that is to be written cannot be. Raises OutputError."""
    from hyprl.files import require_writable

    for target in targets:
        if target is not None and str(target) != "-":
            require_writable(target)


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar with an estimate of the time left, on a terminal only."""
    import sys

    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(label), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(label, total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)


@dataclass(frozen=True, slots=True)
class Screen:
    """Where text for people goes: standard output, or standard error while JSON has it."""

    json_target: Path | None

    @property
    def on_stderr(self) -> bool:
        """Tell whether standard output belongs to JSON."""
        return self.json_target is not None and str(self.json_target) == "-"

    def console(self, *, soft_wrap: bool = True) -> Any:
        """Return a rich console, plain where it is not a terminal."""
        from rich.console import Console

        return Console(stderr=self.on_stderr, highlight=False, soft_wrap=soft_wrap)

    def say(self, line: str) -> None:
        """Print one line where text for people goes."""
        click.echo(line, err=self.on_stderr)


def _day(value: datetime | None) -> date | None:
    return None if value is None else value.date()
