"""Whatever is wrong with what a user gives: exit 2, one or two lines that name it, earlier files intact."""

import os
import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from hyprl.model.artifact import ProbabilityModel
from hyprl.usecases.models import embedded_artifact

YEAR = ("--start", "2025-01-15", "--end", "2025-01-20")


def edited(rows: list[str], number: int, column: int, text: str) -> list[str]:
    cells = rows[number].split(",")
    cells[column] = text
    return [*rows[:number], ",".join(cells), *rows[number + 1 :]]


BAD_BARS = {
    "empty": (lambda rows: [], "is empty"),
    "header": (lambda rows: rows[:1], "no rows"),
    "columns": (lambda rows: ["a,b,c", "1,2,3"], "has no `"),
    "naive": (lambda rows: [row.replace("+00:00", "") for row in rows], "is naive: it has no time zone"),
    "duplicate": (lambda rows: [*rows[:50], rows[49], *rows[50:]], "rule duplicate"),
    "shuffled": (lambda rows: [*rows[:50], rows[51], rows[50], *rows[52:]], "rule out_of_order"),
    "negative": (lambda rows: edited(rows, 60, 4, "-1.0"), "is broken 1 time"),
    "nan": (lambda rows: edited(rows, 60, 4, "nan"), "rule non_finite"),
    "blank": (lambda rows: edited(rows, 60, 4, ""), "rule non_finite"),
    "infinite": (lambda rows: edited(rows, 60, 2, "inf"), "rule non_finite"),
    "text": (lambda rows: edited(rows, 60, 4, "much"), "not a number"),
    "negative volume": (lambda rows: edited(rows, 60, 5, "-5.0"), "rule negative_volume"),
    "time": (lambda rows: edited(rows, 60, 0, "soon"), "not a timestamp"),
}


@pytest.mark.parametrize("command", ["backtest", "replay", "check"])
@pytest.mark.parametrize("fault", BAD_BARS)
def test_bad_bars_are_named(hyprl, bars, rows, command, fault):
    spoil, message = BAD_BARS[fault]
    ended = hyprl(command, "--bars", bars("mine.csv", spoil(rows)), "--symbol", "NVDA", *YEAR)
    assert ended.is_named_error, ended
    assert "mine.csv" in ended.err
    assert message in ended.err


@pytest.mark.parametrize("command", ["backtest", "replay", "check"])
def test_a_bar_file_that_is_no_file_is_named(hyprl, tmp_path, command):
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "noise.csv").write_bytes(bytes(range(256)) * 9)
    (tmp_path / "noise.parquet").write_bytes(b"PAR1" + bytes(99))
    for name in ("missing.csv", "folder.csv", "noise.csv", "noise.parquet"):
        ended = hyprl(command, "--bars", name, "--symbol", "NVDA")
        assert ended.is_named_error, ended
        assert name in ended.err


@pytest.mark.parametrize("command", ["backtest", "replay", "check"])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--start", "2030-01-01", "--end", "2030-02-01"], "no bar lies in"),
        (["--start", "1950-01-01", "--end", "1950-02-01"], "no bar lies in"),
        (["--start", "2025-01-18", "--end", "2025-01-20"], "--start, --end: no trading day of XNYS lies in"),
        (["--start", "2025-02-01", "--end", "2025-01-01"], "ends"),
        (["--symbol", "MSFT"], "the embedded bars are NVDA"),
        (["--symbol", "../NVDA"], "is not a symbol"),
        (["--config", "missing.toml"], "cannot be read"),
        (["--model", "missing.pkl"], "missing.pkl"),
        (["--parity-equity", "missing.csv"], "cannot be read"),
    ],
)
def test_a_bad_option_is_named(hyprl, command, arguments, message):
    ended = hyprl(command, *arguments)
    assert ended.is_named_error, ended
    assert message in ended.err


WEEKEND = ("--start", "2025-03-01", "--end", "2025-03-02")
CLOSED = "[parity]\nmicroscope_start = 2025-03-01\nmicroscope_end = 2025-03-02\n"
KEYS = "parity.microscope_start, parity.microscope_end: no trading day"


@pytest.mark.parametrize(
    "case",
    [
        (["check", *WEEKEND], "", "", "--start, --end: no trading day"),
        (["backtest", *WEEKEND], "", "", "--start, --end: no trading day"),
        (["replay", *WEEKEND], "", "", "--start, --end: no trading day"),
        (["warmup", *WEEKEND], "", "", "--start, --end: no trading day"),
        (["features", "diff", *WEEKEND], "", "", "--start, --end: no trading day"),
        (
            ["backtest"],
            "[parity]\nstart = 2025-03-01\nend = 2025-03-02\n",
            "",
            "parity.start, parity.end: no tra",
        ),
        (["check"], CLOSED, "", KEYS),
        (["check"], CLOSED, "microscope", KEYS),
        (["backtest"], CLOSED, "microscope", KEYS),
        (["replay"], CLOSED, "microscope", KEYS),
    ],
)
def test_a_window_without_a_trading_day_is_refused_before_bars_are_read(hyprl, tmp_path, monkeypatch, case):
    arguments, config, mode, named = case
    (tmp_path / "config.toml").write_text(config)
    monkeypatch.setenv("HYPRL_PARITY_MODE", mode)
    ended = hyprl(*arguments, "--config", "config.toml", "--bars", "missing.csv")
    assert ended.is_named_error, ended
    assert ended.err.startswith(f"error: {named}")


@pytest.mark.parametrize(
    "arguments",
    [
        ["backtest", *YEAR],  # needs no microscope
        ["check", *YEAR],  # three sessions are their own microscope
        ["check", "--start", "2025-01-15", "--end", "2025-01-31"],  # the closed microscope lies outside
    ],
)
def test_a_microscope_without_a_trading_day_that_is_not_asked_for_does_no_harm(hyprl, tmp_path, arguments):
    (tmp_path / "config.toml").write_text(CLOSED)
    assert hyprl(*arguments, "--config", "config.toml").code == 0


@pytest.mark.parametrize("end", ["2029-01-01", "2999-12-31", "9999-12-31"])
def test_a_check_beyond_the_calendar_table_is_named(hyprl, end):
    ended = hyprl("check", "--end", end)
    assert ended.is_named_error, ended
    assert "outside the session table" in ended.err


def test_a_backtest_to_the_end_of_time_takes_the_bars_there_are(hyprl):
    assert hyprl("backtest", "--start", "2025-11-03", "--end", "9999-12-31").code == 0


def test_a_symbol_that_the_file_does_not_have_is_named(hyprl, bars, rows):
    path = bars("two.csv", [f"{rows[0]},symbol", *(f"{row},MSFT" for row in rows[1:])])
    ended = hyprl("backtest", "--bars", path, "--symbol", "NVDA")
    assert ended.is_named_error
    assert "no bars of NVDA" in ended.err


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[risk]\nrisk_fractoin = 0.1", "`risk.risk_fractoin`"),
        ("[strategy.sentiment]\nband = 1", "`strategy.sentiment.band`"),
        ("[risk]\nrisk_fraction = 7.0", "`risk.risk_fraction`"),
        ('[risk]\nrisk_fraction = "1"', "`risk.risk_fraction`"),
        ("not toml", "is not TOML"),
        ('[features]\npreset = "mine"', "mine"),
        ('[features]\nadd = ["no_such_feature"]', "no_such_feature"),
        ('[features]\nmodules = ["no_such_module"]', "`no_such_module`"),
        ('[strategy.sentiment]\nfile = "missing.csv"', "missing.csv"),
        ('[strategy.sentiment]\nfile = "."', "is a directory"),
        ('[model]\nartifact = "config.toml"', "config.toml"),
    ],
)
@pytest.mark.parametrize("command", ["backtest", "replay", "check"])
def test_a_bad_config_is_named(hyprl, tmp_path, command, text, named):
    (tmp_path / "config.toml").write_text(text)
    ended = hyprl(command, "--config", "config.toml")
    assert ended.is_named_error, ended
    assert named in ended.err


def test_a_config_that_is_a_directory_is_named(hyprl, tmp_path):
    ended = hyprl("check", "--config", tmp_path)
    assert ended.is_named_error
    assert "Is a directory" in ended.err


def test_bad_sentiment_is_named(hyprl, tmp_path):
    (tmp_path / "config.toml").write_text('[strategy.sentiment]\nfile = "scores.csv"')
    for text in (
        "",
        "a,b\n1,2\n",
        "published_at,score\n2025-01-15 10:00,0.5\n",
        "published_at,score\n2025-01-15T10:00Z,x\n",
    ):
        (tmp_path / "scores.csv").write_text(text)
        ended = hyprl("backtest", "--config", "config.toml")
        assert ended.is_named_error, ended
        assert "scores.csv" in ended.err


@pytest.mark.parametrize("command", ["backtest", "replay", "check"])
@pytest.mark.parametrize(
    "text",
    ["timestamp,equity\n2025-01-15T14:30Z,100\n", "timestamp,equity\n2025-01-15T14:30Z,nan\n", "a\n1\n", ""],
)
def test_bad_equity_is_named(hyprl, tmp_path, command, text):
    (tmp_path / "equity.csv").write_text(text)
    ended = hyprl(command, "--parity-equity", "equity.csv")
    assert ended.is_named_error, ended
    assert "equity" in ended.err


def test_a_model_with_any_byte_changed_is_refused(hyprl, tmp_path):
    good = embedded_artifact().read_bytes()
    for position in range(0, len(good), max(1, len(good) // 40)):
        (tmp_path / "model.pkl").write_bytes(
            good[:position] + bytes([good[position] ^ 1]) + good[position + 1 :]
        )
        ended = hyprl("backtest", "--model", "model.pkl", *YEAR)
        assert ended.is_named_error, (position, ended)
        assert "model.pkl" in ended.err


def test_a_model_of_other_columns_is_refused(hyprl, tmp_path):
    model = ProbabilityModel.load_artifact(embedded_artifact())
    names = (model.feature_names[1], model.feature_names[0], *model.feature_names[2:])
    replace(model, feature_names=names).save_artifact(tmp_path / "order.pkl")
    replace(model, preset="other_v1").save_artifact(tmp_path / "preset.pkl")
    for name in ("order.pkl", "preset.pkl"):
        ended = hyprl("backtest", "--model", name, *YEAR)
        assert ended.is_named_error, ended


class Hostile:
    def __reduce__(self):
        return os.mkdir, ("pwned",)


@pytest.mark.parametrize("command", ["backtest", "replay", "check"])
def test_a_pickle_that_would_run_code_is_refused_and_nothing_runs(hyprl, tmp_path, command):
    (tmp_path / "model.pkl").write_bytes(pickle.dumps(Hostile()))
    ended = hyprl(command, "--model", "model.pkl", *YEAR)
    assert ended.is_named_error, ended
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "--out", "{place}"],
        ["check", "--json", "{place}/x.json"],
        ["backtest", "--json", "{place}/x.json"],
        ["backtest", "--trace", "{place}/x.jsonl"],
        ["backtest", "--plot", "{place}/x.png"],
        ["replay", "--trace", "{place}/x.jsonl"],
        ["replay", "--state", "{place}"],
        ["replay", "--json", "{place}/x.json"],
    ],
)
@pytest.mark.parametrize("place", ["mine.txt", "mine.txt/below", "/proc/nowhere"])
def test_a_place_that_cannot_be_written_is_named_before_the_work(hyprl, tmp_path, arguments, place):
    (tmp_path / "mine.txt").write_text("mine")
    ended = hyprl(*(argument.format(place=place) for argument in arguments), *YEAR)
    assert ended.is_named_error, ended
    assert place in ended.err
    assert "cannot be written" in ended.err
    assert (tmp_path / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize("option", ["--json", "--trace", "--plot"])
def test_a_directory_in_place_of_a_file_is_named(hyprl, tmp_path, option):
    (tmp_path / "folder.png").mkdir()
    ended = hyprl("backtest", option, "folder.png", *YEAR)
    assert ended.is_named_error, ended
    assert "is a directory" in ended.err


def test_a_replay_cannot_read_a_trace_back_from_a_device(hyprl):
    ended = hyprl("replay", "--trace", "/dev/null", *YEAR)
    assert ended.is_named_error
    assert "reads its trace back" in ended.err


def test_an_unknown_parity_mode_is_named(hyprl, monkeypatch):
    monkeypatch.setenv("HYPRL_PARITY_MODE", "microscop")
    ended = hyprl("backtest")
    assert ended.is_named_error
    assert "HYPRL_PARITY_MODE" in ended.err


def test_the_traceback_is_shown_when_asked_for_and_the_code_stays_2(hyprl):
    ended = hyprl("--traceback", "backtest", "--bars", "missing.csv")
    assert ended.code == 2
    assert ended.err.startswith("Traceback")
    assert hyprl("backtest", "--bars", "missing.csv").is_named_error


def test_what_existed_before_a_refusal_is_intact(hyprl, tmp_path, bars, rows):
    kept = {name: tmp_path / name for name in ("trace.jsonl", "result.json", "model.pkl")}
    for path in kept.values():
        path.write_text("earlier")
    spoilt: Path = bars("mine.csv", edited(rows, 60, 4, "nan"))
    hyprl("backtest", "--bars", spoilt, "--trace", "trace.jsonl", "--json", "result.json", *YEAR)
    hyprl("replay", "--bars", spoilt, "--trace", "trace.jsonl", "--json", "result.json", *YEAR)
    hyprl("train", "--bars", spoilt, "--symbol", "NVDA", "--end", "2024-12-12", "--out", "model.pkl")
    assert [path.read_text() for path in kept.values()] == ["earlier"] * 3
