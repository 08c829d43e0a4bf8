"""The scoreboard as files."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import orjson

from hyprl.files import atomic_write_bytes, atomic_write_text
from hyprl.lab.board import Scoreboard


def write_scoreboard(board: Scoreboard, directory: Path) -> tuple[Path, Path]:
    """Write scoreboard.json and scoreboard.csv (one row per case); return both paths. Raises OutputError."""
    document, table = directory / "scoreboard.json", directory / "scoreboard.csv"
    atomic_write_bytes(document, orjson.dumps(board.as_json_dict(), option=orjson.OPT_INDENT_2) + b"\n")
    rows, text = board.rows(), io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]) if rows else [])
    writer.writeheader()
    writer.writerows(rows)
    atomic_write_text(table, text.getvalue())
    return document, table
