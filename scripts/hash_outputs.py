"""Run the commands whose output must not change unasked, and print the sha256 of all that each wrote and said.

Two checkouts are compared by running this in each and comparing the two lists:

    python scripts/hash_outputs.py /tmp/before > before.txt
    PYTHONPATH=../other/src python scripts/hash_outputs.py /tmp/after > after.txt
    diff before.txt after.txt
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from shutil import copytree

ROOT = Path(__file__).resolve().parent.parent
EXPORTS = {
    "backtesting_py_trades.csv": ["--map", "backtesting.py", "--set", "symbol=NVDA", "--calendar", "XNYS"],
    "vectorbt_entry_trades.csv": ["--map", "vectorbt", "--set", "symbol=NVDA", "--calendar", "XNYS"],
    "vectorbt_signals.csv": ["--map", "vectorbt-signals", "--set", "symbol=NVDA"],
    "nautilus_trader_positions.csv": ["--map", "nautilus_trader", "--set", "symbol=NVDA", "--calendar", "XNYS"],
    "freqtrade_backtest.zip": ["--map", "freqtrade"],
    "freqtrade_indicators.csv": ["--map", "freqtrade-signals"],
}  # fmt: skip
LONGEST = "the longest "
PLANTS = ("shifted-cache", "short-preroll", "refitted-scaler", "drifting-equity", "float32-features")


def commands() -> dict[str, list[str]]:
    """Return each command by the name of its folder."""
    bot = ["--map", "inputs/my_bot/my_bot.toml"]
    traces = _traces("check")
    found: dict[str, list[str]] = {
        "check": ["check", "--out", "check", "--json", "check.json"],
        "check-live-ready": ["check", "--stage", "live-ready", "--out", "check-lr", "--json", "-"],
        "backtest": ["backtest", "--trace", "backtest.jsonl", "--json", "-"],
        "replay": ["replay", "--trace", "replay.jsonl", "--state", "state", "--json", "-"],
        "warmup": ["warmup", "--anchors", "20", "--json", "-"],
        "train": ["train", "--end", "2024-12-12", "--out", "model.pkl", "--report", "train.json"],
        "features-list": ["features", "list"],
        "features-diff": ["features", "diff"],
        "faults-list": ["faults", "list"],
        "faults-short": ["faults", "run", "--short", "--out", "faults-out", "--json", "-"],
        "my-bot-diff": [
            "diff",
            "inputs/my_bot/backtest.csv",
            "inputs/my_bot/live.csv",
            *bot,
            "--out",
            "my-bot",
            "--json",
            "my-bot.json",
            "--junit",
            "my-bot.xml",
        ],
        "my-bot-explain": [
            "explain",
            "inputs/my_bot/backtest.csv",
            "inputs/my_bot/live.csv",
            *bot,
            "--out",
            "my-bot-x",
            "--json",
            "-",
        ],
        "my-bot-shrink": [
            "shrink",
            "inputs/my_bot/backtest.csv",
            "inputs/my_bot/live.csv",
            *bot,
            "--out",
            "my-bot-s",
        ],
        "my-bot-mended": [
            "diff",
            "inputs/my_bot/backtest.csv",
            "inputs/my_bot/live_mended.csv",
            *bot,
            "--out",
            "my-bot-m",
        ],
        "traces-explain": ["explain", *traces, "--calendar", "XNYS", "--out", "traces-x", "--json", "-"],
        "traces-diff": ["diff", *traces, "--stage", "exact", "--out", "traces-d", "--json", "-"],
        "validate": ["bars", "validate", "inputs/synthetic_nvda_1h.parquet", "--symbol", "NVDA", "--json", "-"],
    }  # fmt: skip
    for name in PLANTS:
        found[f"plant-{name}"] = [
            "check",
            "--plant",
            name,
            "--out",
            f"plant-{name}",
            "--json",
            f"plant-{name}.json",
        ]
        pair = _traces(f"plant-{name}")
        found[f"plant-{name}-explain"] = ["explain", *pair, "--out", f"plant-{name}-x", "--json", "-"]
        found[f"plant-{name}-shrink"] = ["shrink", *pair, "--out", f"plant-{name}-s", "--json", "-"]
    for name, options in EXPORTS.items():
        stem, suffix = name.split(".")
        pair = [f"inputs/exports/{stem}.{suffix}", f"inputs/exports/{stem}_planted.{suffix}"]
        found[f"{stem}-diff"] = [
            "diff",
            *pair,
            *options,
            "--stage",
            "exact",
            "--out",
            f"{stem}-d",
            "--json",
            "-",
        ]
        found[f"{stem}-explain"] = ["explain", *pair, *options, "--out", f"{stem}-x", "--json", "-"]
    return found


def _traces(folder: str) -> list[str]:
    return [f"{LONGEST}{folder}/parity_traces/NVDA_{side}-*.jsonl" for side in ("backtest", "replay")]


def named(argument: str, target: Path) -> str:
    """Return the longest file that a pattern stands for: trace files are named by the hash of their run."""
    if not argument.startswith(LONGEST):
        return argument
    found = sorted(target.glob(argument.removeprefix(LONGEST)), key=lambda path: path.stat().st_size)
    return str(found[-1].relative_to(target))


def main(target: Path) -> None:
    """Run everything below `target`, unless that was done before, and print a line for each file and stream."""
    if not target.exists():
        run_all(target)
    for path in sorted(path for path in target.rglob("*") if path.is_file()):
        print(sha256(without_place_and_time(path.read_bytes())).hexdigest()[:16], path.relative_to(target))


def run_all(target: Path) -> None:
    """Run every command in the new folder `target` and keep what it wrote and said."""
    target.mkdir(parents=True)
    for source, name in (("examples/my_bot", "my_bot"), ("tests/fixtures/exports", "exports")):
        copytree(ROOT / source, target / "inputs" / name)
    bars = "synthetic_nvda_1h.parquet"
    (target / "inputs" / bars).write_bytes((ROOT / "src/hyprl/embedded" / bars).read_bytes())
    environment = {**os.environ, "COLUMNS": "110", "NO_COLOR": "1"}
    for name, arguments in commands().items():
        done = subprocess.run(
            [sys.executable, "-m", "hyprl", *(named(argument, target) for argument in arguments)],
            cwd=target,
            env=environment,
            capture_output=True,
            check=False,
        )
        sys.stderr.write(f"{name}: exit {done.returncode}\n")
        (target / f"{name}.stdout").write_bytes(done.stdout)
        (target / f"{name}.stderr").write_bytes(done.stderr + f"exit {done.returncode}\n".encode())


def without_place_and_time(content: bytes) -> bytes:
    """Take out what two equal runs differ in: where the package lies, that it was compiled, how long it took."""
    content = re.sub(rb"/[\w./-]*/src/hyprl/", b"src/hyprl/", content)
    content = re.sub(rb"hyprl: compiling the kernel[^\n]*\n", b"", content)
    content = re.sub(rb"(?m)^(NVDA,(?:fault|pair|control),.*),[0-9.]+,([^,\r\n]*)\r?$", rb"\1,0,\2", content)
    return re.sub(rb'"seconds": ?[0-9.e-]+', b'"seconds": 0', content)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
