"""`hyprl bars`: validate, aggregate, compare and fetch bars from the command line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hyprl.cli.options import DAY, FILE, TABLE, Screen, json_option, write_json

if TYPE_CHECKING:
    from hyprl.bars.findings import RuleFinding, ValidationReport

symbol_option = click.option("--symbol", required=True, help="Which symbol's bars.")
config_option = click.option("--config", type=FILE, help="TOML with policies and splits.")
zone_option = click.option("--timezone", help="IANA zone of timestamps that carry none, such as UTC.")
out_option = click.option(
    "--out", required=True, type=FILE, help="Where to write: .csv, .csv.gz or .parquet."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def bars() -> None:
    """Validate, aggregate, compare or fetch bars."""


@bars.command(short_help="Show what is wrong with a bar file; exit 2 if the policies refuse it.")
@click.argument("file", type=TABLE)
@symbol_option
@config_option
@zone_option
@json_option("the report")
def validate(json_target: Path | None, **values: Any) -> None:
    """Show what is wrong with FILE, rule by rule, and whether the policies accept it (exit 0) or not (2)."""
    from hyprl.bars.read import require_bars
    from hyprl.usecases.bars import BarsRequest, validate_bars

    report = validate_bars(BarsRequest(**values))
    if json_target is not None:
        write_json(report.to_dict(), json_target)
    if not Screen(json_target).on_stderr:
        _show(report)
    require_bars(report)


@bars.command(short_help="Make session hours from 1- to 30-minute bars.")
@click.argument("file", type=TABLE)
@symbol_option
@out_option
@config_option
@zone_option
def aggregate(out: Path, **values: Any) -> None:
    """Make session hours from FILE's bars of 1 to 30 minutes, stamped at their open."""
    from hyprl.report.bars import minute_lines
    from hyprl.usecases.bars import BarsRequest, aggregate_bars

    hours = aggregate_bars(BarsRequest(**values), out)
    _say(minute_lines(hours.minutes))
    _show_rules([finding for finding in hours.minutes.findings if finding.count])
    _show(hours.report)
    click.echo(f"{len(hours.series)} bars written to {out}")


@bars.command(short_help="Measure how far two vendors' bars are apart.")
@click.argument("file", type=TABLE)
@click.argument("other", type=TABLE)
@symbol_option
@config_option
@zone_option
def compare(other: Path, **values: Any) -> None:
    """Measure how far FILE's hourly prices are from OTHER's minute, hourly or daily bars. Changes nothing."""
    from hyprl.report.bars import comparison_lines
    from hyprl.usecases.bars import BarsRequest, compare_bars

    request = BarsRequest(**values)
    _say(comparison_lines(compare_bars(request, other), request.file.name, other.name))


@bars.command(short_help="Fetch closed hourly bars from a vendor.")
@click.option("--source", type=click.Choice(["yfinance"]), default="yfinance", show_default=True)
@symbol_option
@click.option("--start", required=True, type=DAY, help="First exchange-local date.")
@click.option("--end", required=True, type=DAY, help="Last exchange-local date, included.")
@out_option
@config_option
def fetch(source: str, **values: Any) -> None:
    """Fetch closed hourly bars from a vendor."""
    from hyprl.usecases.bars import FetchRequest, fetch_bars

    days = {name: values.pop(name).date() for name in ("start", "end")}
    request = FetchRequest(**days, **values)
    fetched = fetch_bars(request)
    _show(fetched.report)
    click.echo(f"{len(fetched.series)} bars written to {request.out}")


def _show(report: ValidationReport) -> None:
    from hyprl.report.bars import validation_lines

    _say(validation_lines(report))
    _show_rules(report.findings)


def _show_rules(findings: Sequence[RuleFinding]) -> None:
    from hyprl.report.bars import rule_lines, rules_table

    console = Screen(None).console(soft_wrap=False)
    if console.is_terminal and findings:
        console.print(rules_table(findings))
    else:
        _say(rule_lines(findings))


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)
