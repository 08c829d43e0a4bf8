"""`hyprl`: the command group. Commands are imported only when they are called, so that help is quick.

Exit codes: 0 kept or done, 1 broken, 2 bad usage or input, 3 not assessed, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from hyprl import __version__

EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130

# command: (module, attribute, short help)
COMMANDS = {
    "check": ("hyprl.cli.check", "check", "Run both engines on the same bars and say whether they agree."),
    "diff": ("hyprl.cli.diff", "diff", "Compare two signal logs, whoever wrote them."),
    "backtest": ("hyprl.cli.runs", "backtest", "Run the compiled backtest."),
    "replay": ("hyprl.cli.runs", "replay", "Run the live engine over recorded bars; resumes by itself."),
    "train": ("hyprl.cli.train", "train", "Fit a model on the bars before a date."),
    "warmup": ("hyprl.cli.warmup", "warmup", "Measure how many bars of history a cold start needs."),
    "bars": ("hyprl.cli.bars", "bars", "Validate, aggregate or fetch bars."),
    "features": ("hyprl.cli.features", "features", "List features; compare the two feature stores."),
}


class LazyGroup(click.Group):
    """A group whose commands live in modules of their own."""

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


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hyprl")
@click.option("--traceback", is_flag=True, help="Show the full traceback of an error.")
def hyprl(traceback: bool) -> None:
    """Prove that a backtest and a live engine decide the same thing, bar by bar, to the bit.

    Start with `hyprl check`: it needs no data. Then `hyprl diff LEFT RIGHT` on your own two logs.
    """
    if traceback:
        os.environ["HYPRL_TRACEBACK"] = "1"


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code. Errors are one or two lines on standard error."""
    from hyprl.errors import HyprLError

    try:
        code = hyprl.main(arguments, prog_name="hyprl", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show()
        return EXIT_BAD_INPUT
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted; files written before are intact", err=True)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_BAD_INPUT
    except HyprLError as error:
        return _refuse(f"error: {error}", error)
    except OSError as error:
        return _refuse(f"error: {error.filename or 'system'}: {error.strerror or error}", error)
    except Exception as error:  # the last line of defence of a command line: named, never swallowed
        kind = type(error).__name__
        return _refuse(
            f"internal error ({kind}: {error})\n  Run again with --traceback and report it.", error
        )


def _refuse(message: str, error: BaseException) -> int:
    if os.environ.get("HYPRL_TRACEBACK"):
        raise error
    click.echo(message, err=True)
    return EXIT_BAD_INPUT


if __name__ == "__main__":
    main()
