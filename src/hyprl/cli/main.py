"""`hyprl`: the command group. Commands are imported only when they are called, so that help is quick.

Exit codes: 0 kept or done, 1 broken, 2 bad usage or input, 3 not assessed, 130 interrupted (143 by SIGTERM), 141 the
reader of the output has gone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any

import click

from hyprl import __version__
from hyprl.cli.stops import Terminated, calm, ignore, is_listening, leave, listen, stop_behind

EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130
EXIT_TERMINATED = 143
# 128 + SIGPIPE, as a shell reports of other programs before `| head`. Not 0: that is the verdict "kept".
EXIT_NO_READER = 141

# command: (module, attribute, short help)
COMMANDS = {
    "check": ("hyprl.cli.check", "check", "Run both engines on the same bars and say whether they agree."),
    "diff": ("hyprl.cli.diff", "diff", "Compare two signal logs, whoever wrote them."),
    "explain": ("hyprl.cli.explain", "explain", "Say where two signal logs part, and why."),
    "shrink": ("hyprl.cli.shrink", "shrink", "Reduce a divergence to a small fixture with a test."),
    "backtest": ("hyprl.cli.runs", "backtest", "Run the compiled backtest."),
    "replay": ("hyprl.cli.runs", "replay", "Run the live engine over recorded bars; resumes by itself."),
    "train": ("hyprl.cli.train", "train", "Fit a model on the bars before a date."),
    "faults": ("hyprl.cli.faults", "faults", "Plant known faults; keep score of what is found."),
    "warmup": ("hyprl.cli.warmup", "warmup", "Measure how many bars of history a cold start needs."),
    "bars": ("hyprl.cli.bars", "bars", "Validate, aggregate or fetch bars."),
    "features": ("hyprl.cli.features", "features", "List features; compare the two feature stores."),
}


class LazyGroup(click.Group):
    """A group whose commands live in modules of their own."""

    wants_traceback = False

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order in which a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list from the short helps, importing nothing."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in COMMANDS.items()])

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Parse the options."""
        with _stops_as_exit_codes():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        with _stops_as_exit_codes():
            return super().invoke(ctx)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hyprl")
@click.option("--traceback", is_flag=True, help="Show the full traceback of an error.")
def hyprl(traceback: bool) -> None:
    """Prove that a backtest and a live engine decide the same thing, bar by bar, to the bit.

    Start with `hyprl check`: it needs no data. Then `hyprl diff LEFT RIGHT` on your own two logs.
    """
    hyprl.wants_traceback = traceback


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    listen()
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")  # a terminal that knows no `…` shows `?`
    code = run(arguments)
    ignore()
    _silence_closed_output()
    sys.exit(code)


def run(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code. Errors are one or two lines on standard error."""
    from hyprl.errors import HyprLError

    hyprl.wants_traceback = bool(os.environ.get("HYPRL_TRACEBACK"))
    try:
        code = hyprl.main(arguments, prog_name="hyprl", standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.UsageError as error:
        return _misused(error)
    except click.ClickException as error:
        return _refuse(error.format_message())
    except (KeyboardInterrupt, click.Abort) as stop:
        return _interrupted(stop)
    except BrokenPipeError:
        return EXIT_NO_READER
    except HyprLError as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(f"{error.filename or 'standard output or the system'}: {error.strerror or error}")
    except Exception as error:  # the last line of defence of a command line: named, never swallowed
        kind = type(error).__name__
        remedy = "Run `hyprl --traceback …` with the same arguments and report what it prints."
        return _refuse(f"internal error ({kind}: {error})\n  {remedy}")


@contextmanager
def _stops_as_exit_codes() -> Iterator[None]:
    # click would add an empty line for Ctrl-C, and end by sys.exit(1) for a closed pipe; 1 is a verdict here.
    try:
        yield
    except (BrokenPipeError, SystemExit) as error:  # rich ends the process when the reader has gone
        raise click.exceptions.Exit(EXIT_NO_READER) from error
    except (Exception, KeyboardInterrupt) as error:
        stop = stop_behind(error)
        if stop is None:
            raise
        raise click.exceptions.Exit(_interrupted(stop)) from error


def _interrupted(stop: BaseException) -> int:
    calm()
    _say("interrupted; files written before are intact")
    code = EXIT_TERMINATED if isinstance(stop, Terminated) else EXIT_INTERRUPTED
    if is_listening():
        leave(code)
    return code


def _misused(error: click.UsageError) -> int:
    # Since click 8.2 a group without a command raises its help.
    if error.ctx is None or isinstance(error, getattr(click.exceptions, "NoArgsIsHelpError", ())):
        with suppress(BrokenPipeError):
            error.show()
    else:
        _say(f"error: {error.format_message()}\n  See `{error.ctx.command_path} --help`.")
    return EXIT_BAD_INPUT


def _refuse(message: str) -> int:
    if hyprl.wants_traceback:
        import traceback

        with suppress(BrokenPipeError):
            traceback.print_exc()
    else:
        _say(f"error: {message}")
    return EXIT_BAD_INPUT


def _say(message: str) -> None:
    # An error is one whether or not somebody reads of it: the exit code stays.
    with suppress(BrokenPipeError):
        click.echo(message, err=True)


def _silence_closed_output() -> None:
    # What could not be printed was reported; the interpreter must not complain again while it shuts down.
    for stream, number in ((sys.stdout, 1), (sys.stderr, 2)):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), number)


if __name__ == "__main__":
    main()
