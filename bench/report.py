"""The measurements as the Markdown tables of docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

PROGRAMS = (
    "numpy",
    "numba",
    "pandas",
    "polars",
    "scikit-learn",
    "vectorbt",
    "backtesting",
    "TA-Lib",
    "duckdb",
)
Measured = Mapping[str, Any]


def render(results: Mapping[str, Measured], command: str) -> str:
    """Return every table and the machine that they were measured on."""
    parts = [_machine(command)]
    renderers = {"chain": _chain, "live": _live, "memory": _memory, "startup": _startup}
    renderers |= {"diff": _diff, "parquet": _parquet}
    parts += [renderers[name](measured) for name, measured in results.items()]
    return "\n\n".join(parts)


def replace_tables(page: Path, tables: str, section: str) -> None:
    """Put the tables between the page's markers of that section."""
    begin, end = f"<!-- {section}: begin -->", f"<!-- {section}: end -->"
    text = page.read_text("utf-8")
    head, rest = text.split(begin)
    tail = rest.split(end)[1]
    page.write_text(f"{head}{begin}\n\n{tables}\n\n{end}{tail}", "utf-8")


def missed(results: Mapping[str, Measured]) -> list[str]:
    """Return what fell short of its limit, one line each."""
    rows = [row for measured in results.values() for row in _limits(measured)]
    return [f"{name}: {value:.3g}, wanted {limit}" for name, value, limit, kept in rows if not kept]


def _limits(measured: Measured) -> list[tuple[str, float, float, bool]]:
    found = []
    for row in measured.get("ratios", ()):
        found.append((row["against"], row["median"], row["wanted"], row["median"] >= row["wanted"]))
    for row in measured.get("microseconds", ()):
        found.append((f"live, {row['mode']}", row["median"], row["wanted"], row["median"] < row["wanted"]))
    for row in measured.get("seconds", ()):
        found.append((row["command"], row["median"], row["wanted"], row["median"] < row["wanted"]))
    if "peak_growth_bytes" in measured:
        kept = measured["ratio"] <= measured["wanted"]
        found.append(("memory", measured["ratio"], measured["wanted"], kept))
    for row in measured.get("reads", ()):
        if row["wanted"] is not None:
            found.append(
                (f"Parquet, {row['what']}", row["median"], row["wanted"], row["median"] <= row["wanted"])
            )
    for row in measured.get("programs", ()):
        if row["program"] == "HyprL":
            kept = row["peak_bytes"] <= measured["wanted_bytes"]
            found.append(("diff, peak bytes", row["peak_bytes"], measured["wanted_bytes"], kept))
        elif row["program"] == "DuckDB":
            kept = row["ratio"] >= measured["wanted_ratio"]
            found.append(("diff against DuckDB", row["ratio"], measured["wanted_ratio"], kept))
    return found


def _machine(command: str) -> str:
    programs = ", ".join(f"{name} {version(name)}" for name in PROGRAMS)
    return (
        f"`{command}` on {datetime.now(UTC).date()}: {_processor()}, {os.cpu_count()} cores, {platform.system()}, "
        f"Python {platform.python_version()}; {programs}. "
        f"Load when it ended: {_load()}."
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


def _chain(measured: Measured) -> str:
    equal = measured["trades_against_backtesting_py"]
    count = measured["bars"]
    ratios = [("repeated in one process", row) for row in measured["ratios"]]
    ratios += [("first run of a process", row) for row in measured["first_run_ratios"]]
    speeds = measured["million_bars_per_second"].items()
    return "\n\n".join(
        (
            f"### Bars to trades, {count:,} bars, one core ({measured['pinning']})",
            _table(
                ("HyprL against", "timed", "times as fast", "lowest … highest", "wanted"),
                [
                    (
                        row["against"],
                        how,
                        f"**{row['median']:.1f}**",
                        _span(row, ".1f"),
                        f"≥ {row['wanted']:g}",
                    )
                    for how, row in ratios
                ],
            ),
            _table(
                ("what runs (repeated)", "million bars a second"),
                [(name, f"{speed:.2f}") for name, speed in speeds],
            ),
            f"{measured['trades']:,} trades. Beside backtesting.py's on the same signals: {equal['equal']:,} of "
            f"{equal['compared']:,} closed trades equal in side, bars and prices to the bit; "
            f"{equal['unequal']} unequal; "
            f"{equal['target_before_stop']} where a bar opened beyond the target and then touched the stop; "
            f"{equal['open_at_end']} open at the end. Largest relative difference of size {equal['size_error']:.1e}, "
            f"of P&L {equal['pnl_error']:.1e}.",
        )
    )


def _live(measured: Measured) -> str:
    rows = [
        (
            f"HyprL, {row['mode']}: decision and record",
            f"**{row['median']:.1f}**",
            _span(row, ".1f"),
            f"< {row['wanted']:g}",
        )
        for row in measured["microseconds"]
    ]
    window = measured["window_bars"]
    for name, microseconds in measured["recomputing_microseconds"].items():
        rows.append((f"{name}: the features alone, over {window} bars", f"{microseconds:.0f}", "", ""))
    head = ("one closed bar", "median µs", "5 % … 95 %", "wanted")
    return f"### One live decision, {measured['decisions']:,} bars\n\n{_table(head, rows)}"


def _memory(measured: Measured) -> str:
    row = (
        f"{measured['input_bytes'] / 1e6:.0f} MB",
        f"{measured['peak_growth_bytes'] / 1e6:.1f} MB",
        f"**{measured['ratio']:.2f}**",
        f"≤ {measured['wanted']:g}",
    )
    head = ("input array (6 float64 columns)", "peak growth", "times the input", "wanted")
    return f"### Memory of a backtest over {measured['bars']:,} bars\n\n{_table(head, [row])}"


def _startup(measured: Measured) -> str:
    rows = [
        (f"`{row['command']}`", f"**{row['median']:.2f}**", _span(row, ".2f"), f"< {row['wanted']:g}")
        for row in measured["seconds"]
    ]
    announced = "announced" if measured["compilation_announced"] else "not announced"
    rows.append(
        (
            f"`hyprl check`, the first, which compiles ({announced})",
            f"{measured['first_check_seconds']:.1f}",
            "",
            "",
        )
    )
    return f"### Waiting\n\n{_table(('command', 'median s', 'lowest … highest', 'wanted'), rows)}"


def _diff(measured: Measured) -> str:
    names = {
        "HyprL": "`hyprl diff`",
        "DuckDB": "DuckDB, full outer join",
        "Polars": "Polars, streaming full join",
    }
    rows = []
    for row in measured["programs"]:
        own = row["program"] == "HyprL"
        ratio = "1" if own else f"**{row['ratio']:.2f}** ({row['ratio_low']:.2f} … {row['ratio_high']:.2f})"
        wanted = f"≤ {measured['wanted_bytes'] / 1e9:g} GB" if own else ""
        wanted = f"≥ {measured['wanted_ratio']:g}" if row["program"] == "DuckDB" else wanted
        peak = f"{row['peak_bytes'] / 1e9:.2f} GB"
        seconds = f"{row['seconds']:.1f} ({_span(row, '.1f')})"
        rows.append((names[row["program"]], seconds, ratio, peak, wanted))
    head = ("program", "median s (lowest … highest)", "times HyprL's", "peak memory", "wanted")
    return (
        f"### Two logs of {measured['rows']:,} rows and 18 columns ({measured['file_bytes'] / 1e9:.1f} GB)\n\n"
        f"{_table(head, rows)}\n\n"
        f"All three found the same {measured['compared']} counts, means and maxima."
    )


def _parquet(measured: Measured) -> str:
    rows = [
        (
            row["what"],
            f"{row['seconds_here']:.1f}",
            f"{row['seconds_apart']:.1f}",
            f"**{row['median']:.2f}** ({_span(row, '.2f')})",
            f"{row['processor']:.2f}",
            "" if row["wanted"] is None else f"≤ {row['wanted']:g}",
        )
        for row in measured["reads"]
    ]
    head = (
        "what",
        "s, decoded here",
        "s, in the child",
        "times as long (lowest … highest)",
        "processor",
        "wanted",
    )
    return (
        f"### Foreign Parquet decoded in a child process, {measured['rows']:,} rows (in memory a quarter of them)"
        f"\n\n{_table(head, rows)}"
    )


def _span(row: Measured, form: str) -> str:
    return f"{row['low']:{form}} … {row['high']:{form}}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
