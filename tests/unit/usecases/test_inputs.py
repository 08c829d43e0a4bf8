"""Windows, injected equity and a user's own feature modules: what is read, and how it is refused."""

from datetime import date

import pytest

from hyprl.bars.windows import cut_window, equity_column, load_bars, trading_days
from hyprl.config import load_config
from hyprl.errors import CalendarError, ConfigError, DataError, TraceError
from hyprl.features.choice import import_feature_module
from hyprl.usecases.equity import read_equity
from hyprl.usecases.models import embedded_artifact
from hyprl.usecases.replay import ReplayFiles, replay_to_files
from hyprl.usecases.requests import RunRequest, prepare

OPEN_US = 1_736_951_400_000_000  # 2025-01-15 14:30 UTC


def quiet(_message: str) -> None:
    """Announce nothing."""


def test_a_window_counts_exchange_days_and_keeps_the_history_before_it(embedded):
    window = cut_window(embedded, date(2025, 1, 15), date(2025, 1, 20))
    assert window.length == 21  # three sessions of seven bars; the 20th was a holiday
    assert int(window.evaluated.open_utc_us[0]) == OPEN_US
    assert window.start == embedded.index_at(OPEN_US)


@pytest.mark.parametrize(
    ("start", "end", "sessions"),
    [
        (date(2025, 1, 15), date(2025, 1, 20), 3),  # Wednesday to Friday, a weekend, a holiday
        (date(2025, 1, 18), date(2025, 1, 20), 0),
        (date(2025, 1, 17), date(2025, 1, 17), 1),
        (date(2025, 1, 21), date(9999, 12, 31), None),
    ],
)
def test_trading_days_are_counted_where_the_calendar_knows_them(start, end, sessions):
    assert trading_days(start, end) == sessions


def test_a_window_without_bars_names_the_span_of_the_bars(embedded):
    with pytest.raises(DataError, match=r"no bar lies in 2025-01-18 … 2025-01-20") as caught:
        cut_window(embedded, date(2025, 1, 18), date(2025, 1, 20))
    assert "2023-07-03 … 2025-11-26" in caught.value.remedy


def test_a_window_that_ends_before_it_starts_is_refused(embedded):
    with pytest.raises(ConfigError, match="ends"):
        cut_window(embedded, date(2025, 1, 20), date(2025, 1, 15))


def test_the_embedded_bars_are_nvda_only():
    with pytest.raises(ConfigError, match="the embedded bars are NVDA, not MSFT"):
        load_bars(None, "MSFT", load_config(None))


def test_equity_is_taken_bar_by_bar(embedded):
    window = cut_window(embedded, date(2025, 1, 15), date(2025, 1, 15))
    equity = {us: float(number) for number, us in enumerate(window.evaluated.open_utc_us.tolist())}
    assert equity_column(equity, window) == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]


def test_equity_that_lacks_a_bar_names_the_first(embedded):
    window = cut_window(embedded, date(2025, 1, 15), date(2025, 1, 15))
    equity = dict.fromkeys(window.evaluated.open_utc_us.tolist()[1:], 1.0)
    with pytest.raises(
        DataError, match="1 of 7 bars have no equity, the first opens at 2025-01-15T14:30:00Z"
    ):
        equity_column(equity, window)


def test_equity_is_read_from_csv(tmp_path):
    path = tmp_path / "equity.csv"
    path.write_text("timestamp,equity\n2025-01-15T14:30:00Z,1234.5\n")
    assert read_equity(path, "NVDA") == {OPEN_US: 1234.5}


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ("2025-01-15T14:30:00Z,1\n2025-01-15T14:30:00Z,2\n", "holds a bar twice"),
        ("2025-01-15T14:30:00Z,nan\n", "not a finite number"),
        ("2025-01-15T14:30:00Z,\n", "not a finite number"),
        ("2025-01-15T14:30:00Z,much\n", "not a number"),
        ("2025-01-15 14:30,1\n", "no time zone"),
    ],
)
def test_impossible_equity_is_refused(tmp_path, rows, fault):
    path = tmp_path / "equity.csv"
    path.write_text(f"timestamp,equity\n{rows}")
    with pytest.raises(DataError, match=fault):
        read_equity(path, "NVDA")


@pytest.fixture
def trace(run, tmp_path):
    files = ReplayFiles(tmp_path / "trace.jsonl", None)
    replay_to_files(run, files, quiet, tick=lambda _done, _total: None)
    return files.trace


def test_equity_is_read_from_a_trace(run, trace):
    equity = read_equity(trace, "NVDA")
    assert list(equity) == run.window.evaluated.open_utc_us.tolist()


def test_the_trace_of_another_symbol_is_refused(trace):
    with pytest.raises(DataError, match="is a trace of NVDA, this run is of MSFT"):
        read_equity(trace, "MSFT")


def test_an_edited_trace_is_refused(trace):
    trace.write_bytes(trace.read_bytes().replace(b'"equity":1', b'"equity":2', 1))
    with pytest.raises(TraceError):
        read_equity(trace, "NVDA")


@pytest.mark.parametrize("module", ["no_such_module_of_mine", "missing.py"])
def test_a_feature_module_that_is_not_there_is_a_named_error(module):
    with pytest.raises(ConfigError, match=f"cannot import `{module}`"):
        import_feature_module(module)


@pytest.mark.parametrize("code", ["def (", "1 / 0", "raise RuntimeError('mine')", "import no_such_thing"])
def test_a_feature_module_that_fails_is_a_named_error(tmp_path, code):
    path = tmp_path / "mine.py"
    path.write_text(code)
    with pytest.raises(ConfigError, match="cannot import"):
        import_feature_module(str(path))


def test_a_request_takes_the_window_of_the_config(tmp_path):
    prepared = prepare(RunRequest(model=embedded_artifact()), tmp_path, quiet)
    assert (prepared.start, prepared.end) == (date(2024, 12, 12), date(2025, 11, 26))
    assert prepared.symbol == "NVDA"


def test_the_microscope_narrows_the_window(tmp_path):
    request = RunRequest(model=embedded_artifact(), start=date(2025, 3, 3), microscope=True)
    prepared = prepare(request, tmp_path, quiet)
    assert (prepared.start, prepared.end) == (date(2025, 1, 15), date(2025, 1, 20))


def test_dates_outside_the_calendar_table_are_refused(tmp_path):
    with pytest.raises((CalendarError, DataError)):
        prepare(RunRequest(start=date(1950, 1, 1), end=date(1950, 2, 1)), tmp_path, quiet)


@pytest.mark.parametrize("symbol", ["", "../x", "A B", "x" * 33, "a/b", "NVDA\n"])
def test_a_symbol_that_cannot_name_a_file_is_refused(tmp_path, symbol):
    with pytest.raises(ConfigError, match="is not a symbol"):
        prepare(RunRequest(symbol=symbol), tmp_path, quiet)
