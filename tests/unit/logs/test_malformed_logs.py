"""Whatever a file holds: a named error or a comparison, never another exception."""

import gzip
import random

import orjson
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from frames import compare
from hyprl.errors import HyprLError, SignalLogError
from hyprl.logs.logmap import READY
from hyprl.usecases.compare import CompareRequest, MapChoice, load_pair

HEAD = ["timestamp", "symbol", "decision", "direction", "probability_up", "position_size", "feature_hash"]
ROWS = [
    [f"2025-01-{10 + day}T14:30:00Z", "NVDA", "emit", "long", repr(0.1 * day), repr(10.0 + day), f"a{day}"]
    for day in range(6)
]
NASTY = [
    "", "nan", "inf", "-inf", "1e308", "-1e308", "1e999", "9" * 20, "1" + "0" * 400, "-9223372036854775809",
    "<script>alert(1)</script>", "\x00", "\ufeff", '"', "\n", "\r", "\u2028", "😀", "𝟙", "1_000", "true", "null",
    "2025-01-10T14:30:00", "2025-01-10T14:30:00+05:30", "2025-13-10T14:30:00Z", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00", "2025-01-10T24:00:00Z", "1736951400", "0", "-1", "maybe", "emit", "{}", "[1]", ",",
]  # fmt: skip
MAPS = [None, None, None, *READY, {"decision_sign": True}, {"signed_size": True}, {"timezone": "Europe/Paris"},
        {"stamp": "close"}, {"snap": True, "bar": "7m"}, {"calendar": "XNYS", "fill_delay_bars": 1},
        {"columns": {"probability_up": "position_size"}}, {"decimal": ","},
        {"timestamp_format": "%Q", "timezone": "UTC"},
        {"rows": "events", "absent": "reject"}, {"decision_words": {"emit": "undecided"}}]  # fmt: skip


def as_csv(rows: list[list[str]]) -> bytes:
    return "".join(",".join(row) + "\n" for row in [HEAD, *rows]).encode("utf-8", "replace")


def as_json_lines(rows: list[list[str]]) -> bytes:
    members = [dict(zip(HEAD, row, strict=False)) for row in rows]
    return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in members)


def mutated(seed: int) -> bytes:
    draw = random.Random(seed)
    rows = [list(row) for row in ROWS]
    row, column = draw.randrange(len(rows)), draw.randrange(len(HEAD))
    kind = draw.randrange(6)
    if kind == 0:
        rows[row][column] = draw.choice(NASTY)
    elif kind == 1:
        other = draw.randrange(len(HEAD))
        for cells in rows:
            cells[column], cells[other] = cells[other], cells[column]
    elif kind == 2:
        rows.insert(row, draw.choice(rows))
    elif kind == 3:
        rows[row] = rows[row][:column]
    elif kind == 4:
        for cells in rows:
            cells[column] = draw.choice(NASTY)
    return _damaged(bytearray(draw.choice([as_csv, as_json_lines])(rows)), draw)


def _damaged(data: bytearray, draw: random.Random) -> bytes:
    damage = draw.randrange(10)
    if damage == 0:
        del data[draw.randrange(len(data)) :]
    elif damage == 1:
        data[draw.randrange(len(data))] = draw.randrange(256)
    elif damage == 2:
        data = bytearray(gzip.compress(bytes(data))[: draw.choice([None, 40])])
    elif damage == 3:
        data = bytearray(b"\xef\xbb\xbf" + bytes(data).replace(b"\n", b"\r\n"))
    return bytes(data)


@given(st.integers(0, 2**32), st.sampled_from(MAPS), st.sampled_from([None, "XNYS"]))
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(0, None, None)
def test_a_mutated_log_is_compared_or_refused_by_name(tmp_path, seed, log_map, calendar) -> None:
    (tmp_path / "left.csv").write_bytes(mutated(seed))
    (tmp_path / "right.csv").write_bytes(as_csv(ROWS))
    try:
        pair = load_pair(
            CompareRequest(
                tmp_path / "left.csv", tmp_path / "right.csv", MapChoice(log_map), calendar=calendar
            )
        )
        result = compare(pair.left.frame, pair.right.frame, "exact")
        orjson.dumps(result.as_json_dict())
    except HyprLError as error:
        assert error.where
        assert error.remedy


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(b"PAR1PAR1")
@example(b"PK\x03\x04")
@example(b"\x1f\x8b")
@example(b'{"record_hash":"')
@example(b"[" * 300)
@example(b'{"a":' * 60)
def test_junk_is_refused_by_name(tmp_path, data: bytes) -> None:
    (tmp_path / "junk").write_bytes(data)
    with pytest.raises(HyprLError):
        load_pair(CompareRequest(tmp_path / "junk", tmp_path / "junk"))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [*ROWS[:1], ["2025-01-20T14:30:00", *ROWS[0][1:]]],
            "row 2: `2025-01-20T14:30:00` is naive",
        ),
        ([*ROWS[:1], ["2025-01-10T15:30:00+01:00", *ROWS[0][1:]]], "2 rows for NVDA"),
        ([[row[1], row[0], *row[2:]] for row in ROWS], "`NVDA` is not a timestamp"),
        ([[*row[:4], row[5], row[4], row[6]] for row in ROWS], "probability_up lie outside"),
        ([["NaN", *ROWS[0][1:]]], "`NaN` is not a timestamp that can be read"),
        ([*ROWS[:2], ROWS[2][:3], *ROWS[3:]], "row 3 has 3 of 7 cells: the line is cut off"),
        ([["9" * 25, *ROWS[0][1:]]], "can be read"),
    ],
)
def test_known_faults_are_named(tmp_path, rows: list[list[str]], message: str) -> None:
    (tmp_path / "log.csv").write_bytes(as_csv(rows))
    with pytest.raises(SignalLogError, match=message):
        load_pair(CompareRequest(tmp_path / "log.csv", tmp_path / "log.csv"))


def test_other_spellings_of_one_zone_within_a_file_are_fine(tmp_path) -> None:
    rows = [["2025-01-10T09:30:00-05:00", *ROWS[0][1:]], *ROWS[1:]]
    (tmp_path / "left.csv").write_bytes(as_csv(rows))
    (tmp_path / "right.csv").write_bytes(as_csv(ROWS))
    pair = load_pair(CompareRequest(tmp_path / "left.csv", tmp_path / "right.csv"))
    assert pair.left.frame.equals(pair.right.frame)


def test_a_script_in_a_symbol_name_is_text_in_the_page(tmp_path, run_diff) -> None:
    for name, size in (("left.csv", "10"), ("right.csv", "11")):
        rows = [[row[0], "<script>alert(1)</script>", *row[2:5], size, row[6]] for row in ROWS]
        (tmp_path / name).write_bytes(as_csv(rows))
    result = run_diff(tmp_path / "left.csv", tmp_path / "right.csv")
    assert result.exit_code in (0, 1), result.output
    pages = list((tmp_path / "diff").glob("*.html"))
    assert len(pages) == 1
    assert "<script>alert" not in pages[0].read_text(encoding="utf-8")


def test_enormous_values_are_compared(tmp_path, run_diff) -> None:
    for name, size in (("left.csv", "1e308"), ("right.csv", "-1e308")):
        (tmp_path / name).write_bytes(as_csv([[*row[:5], size, row[6]] for row in ROWS]))
    result = run_diff(tmp_path / "left.csv", tmp_path / "right.csv", "--stage", "risk")
    assert result.exit_code == 1
