"""`hyprl bars`: validate, aggregate, compare and fetch bars from the command line."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hyprl.cli.options import write_json

if TYPE_CHECKING:
    from hyprl.bars.aggregate import MinuteReport
    from hyprl.bars.findings import RuleFinding, ValidationReport
    from hyprl.config import BarsConfig

DAY = click.DateTime(formats=["%Y-%m-%d"])
FILE = click.Path(path_type=Path)

symbol_option = click.option("--symbol", required=True, help="Which symbol's bars.")
config_option = click.option("--config", "config_file", type=FILE, help="TOML with policies and splits.")
zone_option = click.option("--timezone", help="IANA zone of timestamps that carry none, such as UTC.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def bars() -> None:
    """Validate, aggregate, compare or fetch bars."""


@bars.command(short_help="Show what is wrong with a bar file; exit 2 if the policies refuse it.")
@click.argument("file", type=FILE)
@symbol_option
@config_option
@zone_option
@click.option("--json", "json_file", help="Write the report as JSON here; - for standard output.")
def validate(
    file: Path, symbol: str, config_file: Path | None, timezone: str | None, json_file: str | None
) -> None:
    """Show what is wrong with FILE, rule by rule, and whether the policies accept it (exit 0) or not (2)."""
    from hyprl.bars.read import examine_bars, require_bars

    report = examine_bars(file, symbol, _bars_config(config_file), timezone=timezone).report
    if json_file is not None:
        write_json(report.to_dict(), Path(json_file))
    if json_file != "-":
        _show(report)
    require_bars(report)


@bars.command(short_help="Make session hours from 1- to 30-minute bars.")
@click.argument("file", type=FILE)
@symbol_option
@click.option("--out", required=True, type=FILE, help="Where to write: .csv, .csv.gz or .parquet.")
@config_option
@zone_option
def aggregate(file: Path, symbol: str, out: Path, config_file: Path | None, timezone: str | None) -> None:
    """Make session hours from FILE's bars of 1 to 30 minutes, stamped at their open."""
    from hyprl.bars.aggregate import aggregate_file
    from hyprl.bars.write import require_format, write_bars

    require_format(out)
    hours = aggregate_file(file, symbol, _bars_config(config_file), timezone=timezone)
    write_bars(hours.series, out)
    _show_minutes(hours.minutes)
    _show(hours.report)
    click.echo(f"{len(hours.series)} bars written to {out}")


@bars.command(short_help="Measure how far two vendors' bars are apart.")
@click.argument("file", type=FILE)
@click.argument("other", type=FILE)
@symbol_option
@config_option
@zone_option
def compare(file: Path, other: Path, symbol: str, config_file: Path | None, timezone: str | None) -> None:
    """Measure how far FILE's hourly prices are from OTHER's minute, hourly or daily bars. Changes nothing."""
    from hyprl.bars.compare import compare_with_file
    from hyprl.bars.read import read_bars

    config = _bars_config(config_file)
    ours = read_bars(file, symbol, config, timezone=timezone).series
    result = compare_with_file(ours, other, config, timezone=timezone)
    click.echo(
        f"{result.both} {result.unit} in both; in the common span {result.only_ours} only in {file.name}, "
        f"{result.only_theirs} only in {other.name}"
    )
    click.echo("price  median bp   95 % bp    max bp  worst")
    for gap in result.gaps:
        click.echo(
            f"{gap.field:<5} {gap.median_bp:10.2f} {gap.p95_bp:9.2f} {gap.max_bp:9.2f}  "
            f"{gap.worst_at}: {gap.worst_ours:.6g} against {gap.worst_theirs:.6g}"
        )


@bars.command(short_help="Fetch closed hourly bars from a vendor.")
@click.option("--source", type=click.Choice(["yfinance"]), default="yfinance", show_default=True)
@symbol_option
@click.option("--start", required=True, type=DAY, help="First exchange-local date.")
@click.option("--end", required=True, type=DAY, help="Last exchange-local date, included.")
@click.option("--out", required=True, type=FILE, help="Where to write: .csv, .csv.gz or .parquet.")
@config_option
def fetch(
    source: str, symbol: str, start: datetime, end: datetime, out: Path, config_file: Path | None
) -> None:
    """Fetch closed hourly bars from a vendor."""
    from hyprl.bars.fetch import fetch_yfinance
    from hyprl.bars.write import require_format, write_bars

    require_format(out)
    fetched = fetch_yfinance(symbol, start.date(), end.date(), _bars_config(config_file))
    write_bars(fetched.series, out)
    _show(fetched.report)
    click.echo(f"{len(fetched.series)} bars written to {out}")


def _bars_config(path: Path | None) -> BarsConfig:
    from hyprl.config import load_config

    return load_config(path).bars


def _show(report: ValidationReport) -> None:
    from hyprl.bars.findings import shown_utc

    verdict = "accepted" if report.accepted else "refused"
    click.echo(
        f"{report.source} {report.symbol}: {verdict}, {report.bars_kept} of {report.bars_read} bars kept"
    )
    first, last = shown_utc(report.first_open_utc_us), shown_utc(report.last_open_utc_us)
    expected, present = report.slots_expected, report.slots_present
    share = f" ({present / expected:.2%})" if expected else ""
    click.echo(f"{first or '-'} to {last or '-'}: {present} of {expected} session hours present{share}")
    for split in report.splits:
        click.echo(f"split applied: {split}")
    _show_rules(report.findings)


def _show_minutes(minutes: MinuteReport) -> None:
    from hyprl.bars.findings import shown_utc

    click.echo(
        f"{minutes.bars_read} bars of {minutes.interval_minutes} minutes read, "
        f"{minutes.outside_session} outside the session ignored, {len(minutes.partial)} hours partial"
    )
    for hour in minutes.partial[:5]:
        click.echo(f"  {shown_utc(hour.open_utc_us)}: {hour.parts} of {hour.parts_expected}")
    if minutes.unfinished is not None:
        click.echo(f"left out, not closed when the file ends: {shown_utc(minutes.unfinished.open_utc_us)}")
    broken = tuple(finding for finding in minutes.findings if finding.count)
    if broken:
        _show_rules(broken)


def _show_rules(findings: tuple[RuleFinding, ...]) -> None:
    from rich.console import Console
    from rich.table import Table

    rows = [_cells(finding) for finding in findings]
    console = Console()
    if not console.is_terminal:
        for cells in rows:
            click.echo(f"{cells[0]:<19} {cells[1]:<7} {cells[2]:>7}  {cells[3]}".rstrip())
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("rule", "policy", "bars", "seen"):
        table.add_column(heading, justify="right" if heading == "bars" else "left")
    for finding, cells in zip(findings, rows, strict=True):
        table.add_row(*cells, style="red" if finding.refused else "yellow" if finding.count else "dim")
    console.print(table)


def _cells(finding: RuleFinding) -> tuple[str, str, str, str]:
    from hyprl.bars.findings import RULE_MEANINGS, shown_utc

    if not finding.count:
        return finding.rule, finding.policy, "0", ""
    row = int(finding.rows[0])
    first = f"first {shown_utc(int(finding.open_utc_us[0]))}{f', row {row}' if row else ''}"
    notes = "; ".join(finding.notes[:3])
    return (
        finding.rule,
        finding.policy,
        str(finding.count),
        f"{notes or RULE_MEANINGS[finding.rule]}; {first}",
    )
