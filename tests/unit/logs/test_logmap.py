from pathlib import Path

import pytest

from hyprl.errors import ConfigError, SignalLogError
from hyprl.logs.load import load_log
from hyprl.logs.log import Log
from hyprl.logs.logmap import READY, LogMap, load_log_map

FULL = """
symbol = "NVDA"
timezone = "America/New_York"
stamp = "close"
bar = "1h"
[columns]
timestamp = "when"
decision = "signal"
probability_up = "score"
[decision_words]
go = "long"
stay = "reject"
"?" = "undecided"
"""


def map_of(tmp_path: Path, text: str, name: str = "map.toml") -> LogMap:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return load_log_map(str(tmp_path / name))


def log_of(tmp_path: Path, text: str, log_map: LogMap) -> Log:
    (tmp_path / "log.csv").write_text(text, encoding="utf-8")
    return load_log(tmp_path / "log.csv", log_map)


def test_a_map_gives_columns_words_zone_and_symbol(tmp_path) -> None:
    text = "when,signal,score\n2025-01-15 10:30,GO,0.75\n2025-01-15 11:30,stay,0.5\n2025-01-15 12:30,?,nan\n"
    frame = log_of(tmp_path, text, map_of(tmp_path, FULL)).frame
    assert frame["timestamp"].dt.strftime("%H:%M").to_list() == ["15:30", "16:30", "17:30"]
    assert frame["symbol"].to_list() == ["NVDA"] * 3
    assert frame["decision"].to_list() == ["emit", "reject", None]
    assert frame["direction"].to_list() == ["long", None, None]
    assert frame["probability_up"].to_list()[:2] == [0.75, 0.5]


def test_signs_are_decisions_and_nan_is_undecided(tmp_path) -> None:
    log_map = map_of(tmp_path, 'decision_sign = true\nsymbol = "A"\n[columns]\ndecision = "position"\n')
    rows = ["0.5", "-2", "0", "nan"]
    text = "timestamp,position\n" + "".join(f"2025-01-15T{14 + n}:30Z,{row}\n" for n, row in enumerate(rows))
    frame = log_of(tmp_path, text, log_map).frame
    assert frame["decision"].to_list() == ["emit", "emit", "reject", None]
    assert frame["direction"].to_list() == ["long", "short", "none", None]


def test_a_word_that_neither_the_map_nor_hyprl_knows_is_named(tmp_path) -> None:
    with pytest.raises(SignalLogError, match="row 1: decision 'perhaps' is no known decision"):
        log_of(tmp_path, "when,signal,score\n2025-01-15 10:30,perhaps,0.5\n", map_of(tmp_path, FULL))


def test_a_column_that_the_log_lacks_is_named_with_those_it_has(tmp_path) -> None:
    with pytest.raises(ConfigError, match=r"lacks the column signal \(our decision\).*it has: when, score"):
        log_of(tmp_path, "when,score\n2025-01-15 10:30,0.5\n", map_of(tmp_path, FULL))


@pytest.mark.parametrize("hour", ["2025-03-09 02:30", "2025-11-02 01:30"])
def test_a_local_time_that_the_clock_change_skips_or_repeats_is_refused(tmp_path, hour: str) -> None:
    with pytest.raises(SignalLogError, match="happens twice or never in America/New_York"):
        log_of(tmp_path, f"when,signal,score\n{hour},go,0.5\n", map_of(tmp_path, FULL))


def test_decimal_commas_are_numbers(tmp_path) -> None:
    log_map = map_of(tmp_path, 'decimal = ","\n')
    text = "timestamp;symbol;decision;p_up\n2025-01-15T14:30Z;A;buy;0,625\n"
    assert log_of(tmp_path, text, log_map).frame["probability_up"].to_list() == [0.625]


def test_an_own_time_format_is_read_in_its_zone(tmp_path) -> None:
    log_map = map_of(tmp_path, 'timezone = "Europe/Paris"\ntimestamp_format = "%d.%m.%Y %H:%M"\n')
    text = "timestamp,symbol,decision\n15.01.2025 15:30,A,buy\n"
    assert log_of(tmp_path, text, log_map).frame["timestamp"].dt.hour().to_list() == [14]


def test_a_base_is_another_map_whose_tables_are_merged(tmp_path) -> None:
    map_of(tmp_path, FULL, "below.toml")
    found = map_of(tmp_path, 'base = "below.toml"\nbar = "30m"\n[decision_words]\nquit = "reject"\n')
    assert found.bar_us == 1_800_000_000
    assert set(found.decision_words) == {"go", "stay", "?", "quit"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("colums = {}", "unknown key `colums`, did you mean `columns`"),
        ("[columns]\ntimestamp = 3", r"`columns.timestamp`: .* \(got 3\)"),
        ("symbol = ''", "`symbol`"),
        ("bar = 'hourly'", "`bar`: must be a length such as"),
        ("bar = 60", "`bar`"),
        ("timezone = 'New York'", "`timezone`: must be an IANA zone"),
        ("timezone = '../../etc/passwd'", "`timezone`: must be an IANA zone"),
        ("stamp = 'middle'", "`stamp`"),
        ("[decision_words]\ngo = 'up'", "`decision_words.go`"),
        ("fill_delay_bars = -1", "`fill_delay_bars`"),
        ("fill_delay_bars = true", "`fill_delay_bars`"),
        ("calendar = 'continuous'", "needs `bar`"),
        ("calendar = 'XNYS'\nbar = '5m'", "contradicts"),
        ("columns = 'timestamp'", "`columns`"),
        ("base = 3", "`base` must be the name"),
        ("base = 'map.toml'", "to itself"),
        ("base = 'absent.toml'", "cannot be read"),
        ("= 3", "is not TOML"),
        ("a = " + "[" * 5000, "is not TOML"),
    ],
)
def test_a_wrong_map_is_refused_by_name(tmp_path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        map_of(tmp_path, text)


@pytest.mark.parametrize("name", ["absent.toml", ".", "vectorbtt", "\x00"])
def test_what_is_no_map_is_refused_with_the_ready_names(tmp_path, name: str, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=r"a ready map: backtesting\.py"):
        load_log_map(name)


def test_a_map_that_is_not_text_is_refused(tmp_path) -> None:
    (tmp_path / "map.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_log_map(str(tmp_path / "map.toml"))


def test_settings_override_a_map_key_by_key() -> None:
    found = load_log_map("nautilus_trader", ("symbol=NVDA", "columns.reason=tags", "fill_delay_bars=2"))
    assert (found.symbol, found.fill_delay_bars) == ("NVDA", 2)
    assert found.columns["reason"] == "tags"
    assert found.columns["timestamp"] == "ts_opened"


@pytest.mark.parametrize("setting", ["bar", "=1h", "bar.length=1h", "zone=UTC"])
def test_a_wrong_setting_is_refused(setting: str) -> None:
    with pytest.raises(ConfigError):
        load_log_map(None, (setting,))


def test_every_ready_map_is_valid_and_listed() -> None:
    folder = Path(load_log_map.__code__.co_filename).with_name("maps")
    assert sorted(path.name.removesuffix(".toml") for path in folder.iterdir()) == sorted(READY)
    for name in READY:
        load_log_map(name)
