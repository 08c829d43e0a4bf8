"""The ratchet: what it excuses, what it never excuses, and that it turns one way only."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from frames import compare
from hyprl.errors import ConfigError, OutputError
from hyprl.parity.baseline import Baseline, apply_baseline, baseline_from, beyond_any_baseline, tightened
from hyprl.parity.baseline_file import baseline_text, read_baseline, write_baseline
from hyprl.parity.verdict import Compared


def apart(log: pl.DataFrame, bars: int) -> pl.DataFrame:
    """Return the log with its first emitted signals rejected, at so many bars: rows 3, 7, 11, …"""
    here = pl.int_range(pl.len()).is_in([3 + 4 * number for number in range(bars)])
    return log.with_columns(
        decision=pl.when(here).then(pl.lit("reject")).otherwise("decision"),
        direction=pl.when(here).then(pl.lit("none")).otherwise("direction"),
    )


@pytest.fixture
def gap(full_log):
    """Compare 100 bars of which so many emit on the left only; each counts twice in the combined gap."""

    def measure(bars: int, stage: str = "live-ready") -> Compared:
        return compare(full_log, apart(full_log, bars), stage)

    return measure


def test_a_gap_no_larger_than_the_accepted_one_is_kept_and_says_so(gap) -> None:
    baseline = baseline_from(gap(4))
    assert dict(baseline.accepted) == {"combined_gap": 0.08}
    judged = apply_baseline(gap(4), baseline, "file")
    assert (judged.verdict, judged.exit_code) == ("kept", 0)
    assert judged.as_json_dict()["baselined"] == ["combined_gap"]
    gate = next(gate for gate in judged.as_json_dict()["gates"] if gate["metric"] == "combined_gap")
    assert (gate["kept"], gate["baselined"], gate["value"]) == (True, 0.08, 0.08)


def test_a_larger_gap_is_broken(gap) -> None:
    assert apply_baseline(gap(5), baseline_from(gap(4)), "file").verdict == "broken"


def test_a_gap_that_the_stage_keeps_needs_no_baseline(gap) -> None:
    judged = apply_baseline(gap(0), baseline_from(gap(4)), "file")
    assert judged.verdict == "kept"
    assert "baselined" not in judged.as_json_dict()


def test_shares_where_more_is_better_turn_the_other_way(gap) -> None:
    baseline = baseline_from(gap(4, "features"))
    assert baseline.accepted["decisions_identical"] == 0.96
    assert apply_baseline(gap(3, "features"), baseline, "file").verdict == "kept"
    assert apply_baseline(gap(5, "features"), baseline, "file").verdict == "broken"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(first=st.integers(2, 20), second=st.integers(0, 20))
def test_tightening_never_loosens(full_log, first: int, second: int) -> None:
    baseline = baseline_from(compare(full_log, apart(full_log, first), "live-ready"))
    later = tightened(compare(full_log, apart(full_log, second), "live-ready"), baseline, "file")
    assert later.accepted.get("combined_gap", 0.0) <= baseline.accepted["combined_gap"]
    assert set(later.accepted) <= set(baseline.accepted)


def test_a_smaller_gap_tightens_and_one_within_the_limit_is_forgotten(gap) -> None:
    baseline = baseline_from(gap(6))
    assert dict(tightened(gap(2), baseline, "file").accepted) == {"combined_gap": 0.04}
    assert dict(tightened(gap(8), baseline, "file").accepted) == {"combined_gap": 0.12}
    assert dict(tightened(gap(0), baseline, "file").accepted) == {}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda log: log.with_columns(probability_up=pl.lit(float("nan"))),
        lambda log: log.drop("probability_up"),
        lambda log: log.head(60),
        lambda log: log.clear(),
        lambda log: log.with_columns(decision=pl.lit(None, dtype=pl.String)),
        lambda log: log.drop("direction"),
    ],
    ids=["NaN", "no column", "missing bars", "empty", "undecided", "one side without directions"],
)
def test_it_never_excuses_what_is_no_gap(spoil, full_log) -> None:
    result = compare(full_log, spoil(full_log), "live-ready")
    generous = {"combined_gap": 1e9, "max_abs_diff_probability_up": 1e9, "mean_abs_diff_probability_up": 1e9}
    judged = apply_baseline(result, Baseline("live-ready", ("NVDA",), 100, generous), "file")
    assert judged.verdict != "kept"
    assert beyond_any_baseline(result)
    with pytest.raises(ConfigError, match="no baseline can accept"):
        baseline_from(result)


def test_opposite_decisions_are_measured_against_the_accepted_gap(full_log, gap) -> None:
    opposite = full_log.with_columns(
        direction=pl.col("direction").replace({"long": "short", "short": "long"})
    )
    judged = apply_baseline(compare(full_log, opposite, "live-ready"), baseline_from(gap(4)), "file")
    assert judged.verdict == "broken"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"stage": "exact"}, "stage"),
        ({"symbols": ("MSFT",)}, "symbols"),
        ({"accepted": {"year: combined_gap": 0.5}}, "does not measure"),
    ],
)
def test_a_baseline_of_other_inputs_is_refused(change, said: str, gap) -> None:
    fields = {"stage": "live-ready", "symbols": ("NVDA",), "bars": 100, "accepted": {}} | change
    for use in (apply_baseline, tightened):
        with pytest.raises(ConfigError, match=said):
            use(gap(4), Baseline(**fields), "file")


def test_a_short_comparison_cannot_tighten_a_long_ones_baseline(full_log, gap) -> None:
    short = compare(full_log.head(49), full_log.head(49), "live-ready")
    with pytest.raises(ConfigError, match="100 bars, this comparison has 49"):
        tightened(short, baseline_from(gap(4)), "file")


def test_the_file_reads_back_to_the_same_bits(tmp_path: Path) -> None:
    baseline = Baseline(
        "exact", ('A"\\\n\x7f', "B"), 7, {"year: combined_gap": 0.1 + 0.2, "unequal_values": 3.0}
    )
    write_baseline(tmp_path / "new" / "b.toml", baseline)
    assert read_baseline(tmp_path / "new" / "b.toml") == baseline
    assert '"year: combined_gap" = 0.30000000000000004' in baseline_text(baseline)


GOOD = 'schema = 1\nstage = "exact"\nsymbols = ["A"]\nbars = 7\n[accepted]\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "missing key"),
        (GOOD + "combined_gap = nan", "combined_gap is nan"),
        (GOOD + "combined_gap = inf", "combined_gap is inf"),
        (GOOD + "combined_gap = -0.1", "not a finite number"),
        (GOOD + "combined_gap = true", "no number"),
        (GOOD + 'combined_gap = "0.1"', "no number"),
        (GOOD + "coverage = 0.1", "coverage is nothing"),
        (GOOD + "probability_up_present = 0.1", "nothing that a baseline may accept"),
        (GOOD + "unpaired_bars = 5", "nothing that a baseline may accept"),
        (GOOD.replace("schema = 1", "schema = 2"), "schema 2"),
        (GOOD.replace("exact", "lenient"), "no stage"),
        (GOOD.replace("bars = 7", "bars = 0"), "below 1"),
        (GOOD.replace("bars = 7", "bars = 7.5"), "no int"),
        (GOOD.replace('["A"]', "[1]"), "not all text"),
        (GOOD.replace("[accepted]", "extra = 1\n[accepted]"), "extra"),
        ("[[[", "no TOML"),
        ("\x00", "no TOML"),
    ],
)
def test_a_file_that_is_no_baseline_is_refused_by_name(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_text(text)
    with pytest.raises(ConfigError, match=said) as refused:
        read_baseline(tmp_path / "b.toml")
    assert str(refused.value).startswith(str(tmp_path / "b.toml"))


def test_a_directory_and_a_missing_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_baseline(tmp_path)
    with pytest.raises(ConfigError, match="no such baseline"):
        read_baseline(tmp_path / "absent.toml")
    with pytest.raises(OutputError):
        write_baseline(tmp_path, Baseline("exact", (), 1, {}))
