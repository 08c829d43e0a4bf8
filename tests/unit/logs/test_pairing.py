from pathlib import Path

import numpy as np
import polars as pl
import pytest

from hyprl.errors import ConfigError, SignalLogError
from hyprl.logs.bar_times import BarGrid
from hyprl.logs.load import log_of_frame
from hyprl.logs.log import Log
from hyprl.logs.logmap import LogMap
from hyprl.logs.pairing import pair_logs

EVENTS = LogMap(rows="events", absent="reject", decision="emit")


def log(hours: list[int], decisions: list[str], log_map: LogMap | None = None, symbol: str = "A") -> Log:
    stamps = [f"2025-01-15T{hour:02d}:00Z" for hour in hours]
    data = {"timestamp": stamps, "symbol": symbol, "decision": decisions}
    frame = pl.DataFrame(data, schema_overrides={"timestamp": pl.String, "decision": pl.String})
    return log_of_frame(frame, "log", log_map or LogMap())


def hours(side: Log) -> list[int]:
    return side.frame["timestamp"].dt.hour().to_list()


def test_logs_without_maps_are_left_alone() -> None:
    left, right = log([1, 2], ["emit", "reject"]), log([2], ["emit"])
    pair = pair_logs(left, right)
    assert pair.left is left
    assert pair.right is right


def test_a_bar_that_an_event_log_does_not_mention_is_a_reject() -> None:
    pair = pair_logs(log([1, 2, 3], ["reject", "emit", "reject"]), log([2], ["emit"], EVENTS))
    assert pair.right.frame["decision"].to_list() == ["reject", "emit", "reject"]
    assert "2 bars of log without one are read as rejects" in pair.notes[0]


def test_a_bar_of_a_symbol_that_never_traded_is_absent_not_rejected() -> None:
    full = log([1, 2], ["reject", "emit"])
    other = log([1, 2], ["emit", "reject"], symbol="B")
    both = Log(Path("log"), pl.concat([full.frame, other.frame]))
    assert pair_logs(both, log([2], ["emit"], EVENTS)).right.frame["symbol"].to_list() == ["A", "A"]


def test_an_empty_event_log_is_not_turned_into_rejects() -> None:
    pair = pair_logs(log([1, 2], ["reject"] * 2), log([], [], EVENTS))
    assert pair.right.frame.height == 0
    assert "no event at all" in pair.notes[0]


def test_absent_bars_stay_absent_unless_the_map_says_reject() -> None:
    unknown = EVENTS.model_copy(update={"absent": "unknown"})
    assert pair_logs(log([1, 2], ["reject"] * 2), log([2], ["emit"], unknown)).right.frame.height == 1


def test_two_event_logs_compare_their_events_only_without_a_calendar() -> None:
    pair = pair_logs(log([1, 5], ["", ""], EVENTS), log([1], [""], EVENTS))
    assert (hours(pair.left), hours(pair.right)) == ([1, 5], [1])
    assert any("only bars with an event are compared" in note for note in pair.notes)


def test_two_event_logs_are_filled_from_the_calendar_between_their_events() -> None:
    opens = np.array([1736899200000000 + hour * 3_600_000_000 for hour in range(24)])
    grid = BarGrid("XNYS", opens, opens + 3_600_000_000)
    pair = pair_logs(log([4, 6], ["", ""], EVENTS), log([5], [""], EVENTS), grid)
    assert (hours(pair.left), hours(pair.right)) == ([4, 5, 6], [4, 5, 6])
    assert pair.right.frame["decision"].to_list() == ["reject", "emit", "reject"]


def test_two_event_logs_stamped_differently_need_bars() -> None:
    closes = EVENTS.model_copy(update={"stamp": "close"})
    with pytest.raises(ConfigError, match="nothing says which bars there are"):
        pair_logs(log([1], [""], EVENTS), log([2], [""], closes))


def test_two_rows_that_move_to_one_bar_are_refused() -> None:
    snapped = LogMap(snap=True, bar="4h")
    with pytest.raises(SignalLogError, match="2 rows for A"):
        pair_logs(log([1], ["emit"]), log([1, 2], ["emit", "emit"], snapped))


def test_a_span_of_impossible_length_is_refused() -> None:
    tiny = EVENTS.model_copy(update={"calendar": "continuous", "bar": "1s"})
    early = log_of_frame(pl.DataFrame({"timestamp": ["1980-01-01T00:00Z"], "symbol": ["A"]}), "log", EVENTS)
    early = Log(early.path, early.frame, None, tiny)
    with pytest.raises(ConfigError, match=r"would have .* bars of 1s"):
        pair_logs(early, log([1], [""], tiny))


def test_the_map_s_own_note_is_said() -> None:
    noted = EVENTS.model_copy(update={"note": "entries only"})
    assert "log: entries only" in pair_logs(log([2], ["emit"]), log([2], [""], noted)).notes
