from datetime import date

import numpy as np
import pytest

from hyprl.bars.findings import RULE_MEANINGS
from hyprl.bars.rules import RULES, flaw_bit
from hyprl.bars.validate import validate
from hyprl.config import BarPolicies, BarsConfig, Split
from hyprl.errors import BarRuleError

NAN = float("nan")
HOUR = 3_600_000_000


def found(report):
    return {finding.rule: finding.count for finding in report.findings if finding.count}


def spoil(raw, at, **values):
    for name, value in values.items():
        getattr(raw, name)[at] = value
    return raw


def test_clean_bars_break_nothing_and_cover_the_calendar(make_raw):
    series, report = validate(make_raw(), BarsConfig())
    assert found(report) == {}
    assert (report.slots_expected, report.slots_present, len(series)) == (35, 35, 35)
    assert not series.flaws.any()


def test_every_policy_of_the_config_is_a_rule_that_is_reported(make_raw):
    assert set(RULES) == set(BarPolicies.model_fields) == set(RULE_MEANINGS)
    assert [finding.rule for finding in validate(make_raw(), BarsConfig())[1].findings] == list(RULES)


SPOILS = [
    ("non_finite", {"open": NAN}),
    ("non_finite", {"high": float("inf")}),
    ("non_finite", {"volume": NAN}),
    ("inconsistent_range", {"low": 100.2}),
    ("inconsistent_range", {"high": 99.9}),
    ("inconsistent_range", {"high": 99.0, "low": 101.0}),
    ("zero_volume", {"volume": 0.0}),
    ("zero_volume", {"volume": -0.0}),
    ("negative_volume", {"volume": -1.0}),
]


@pytest.mark.parametrize(("rule", "values"), SPOILS)
def test_a_bad_bar_breaks_its_rule_and_only_that(make_raw, rule, values):
    report = validate(spoil(make_raw(), 3, **values), BarsConfig())[1]
    assert found(report) == {rule: 1}
    assert report.finding(rule).rows.tolist() == [4]


@pytest.mark.parametrize("price", [0.0, -1.0])
def test_a_price_of_zero_or_less_breaks_non_positive_price(make_raw, price):
    report = validate(spoil(make_raw(), 3, low=price), BarsConfig())[1]
    assert found(report) == {"non_positive_price": 1}


@pytest.mark.parametrize(("rule", "values"), SPOILS)
def test_refuse_names_rule_row_time_count_and_key(make_raw, policies, rule, values):
    raw = spoil(spoil(make_raw(), 3, **values), 5, **values)
    with pytest.raises(BarRuleError) as caught:
        validate(raw, policies(**{rule: "refuse"}))[1].raise_refusals()
    assert (caught.value.rule, caught.value.row, caught.value.count) == (rule, 4, 2)
    for part in (rule, "row 4", "2025-01-13T17:30:00Z", f"bars.policy.{rule}"):
        assert part in str(caught.value)


@pytest.mark.parametrize(("rule", "values"), SPOILS)
def test_drop_removes_the_bar_and_keep_flags_it(make_raw, policies, rule, values):
    raw = spoil(make_raw(), 3, **values)
    dropped, report = validate(raw, policies(**{rule: "drop"}))
    assert report.accepted
    assert dropped.open_utc_us.tolist() == np.delete(raw.open_utc_us, 3).tolist()
    assert dropped.flaws[3] == flaw_bit("missing")
    kept = validate(raw, policies(**{rule: "keep"}))[0]
    assert kept.flaws.tolist() == [flaw_bit(rule) if at == 3 else 0 for at in range(35)]


def test_a_clock_aligned_bar_is_off_the_grid_and_may_be_kept(make_raw, policies):
    raw = make_raw()
    raw.open_utc_us[3] += HOUR // 2
    assert found(validate(raw, BarsConfig())[1]) == {"off_grid": 1, "missing": 1}
    series = validate(raw, policies(off_grid="keep"))[0]
    assert series.close_utc_us[3] - series.open_utc_us[3] == HOUR
    assert series.session[3] == series.session[2]


def test_of_duplicates_the_first_served_counts(make_raw, policies):
    raw = make_raw().take(np.array([0, 1, 1, 2]))
    raw.close[2] = 100.25
    for policy, flag in (("drop", 0), ("keep", flaw_bit("duplicate"))):
        series, report = validate(raw, policies(duplicate=policy))
        assert series.close.tolist() == [100.0, 100.0, 100.0]
        assert series.flaws.tolist() == [0, flag, 0]
        assert (found(report), report.finding("duplicate").rows.tolist()) == ({"duplicate": 1}, [2])


def test_keep_sorts_shuffled_bars_and_flags_the_late_ones(make_raw, policies):
    raw = make_raw().take(np.array([0, 2, 1, 3]))
    series = validate(raw, policies(out_of_order="keep"))[0]
    assert series.open_utc_us.tolist() == sorted(raw.open_utc_us.tolist())
    assert series.flaws.tolist() == [0, flaw_bit("out_of_order"), 0, 0]


def test_drop_leaves_the_late_bar_out(make_raw, policies):
    raw = make_raw().take(np.array([0, 2, 1, 3]))
    series, report = validate(raw, policies(out_of_order="drop"))
    assert series.open_utc_us.tolist() == raw.open_utc_us[[0, 1, 3]].tolist()
    assert found(report) == {"out_of_order": 1, "missing": 1}


def test_shuffled_bars_are_refused_by_default(make_raw):
    order = np.random.default_rng(1).permutation(35)
    with pytest.raises(BarRuleError, match="out_of_order"):
        validate(make_raw().take(order), BarsConfig())[1].raise_refusals()


def test_absent_hours_are_listed_and_the_next_bar_is_flagged(make_raw, policies):
    raw = make_raw()
    holed = raw.take(np.array([0, 1, 4, 5, 7]))
    series, report = validate(holed, BarsConfig())
    assert report.finding("missing").open_utc_us.tolist() == raw.open_utc_us[[2, 3, 6]].tolist()
    assert (series.flaws == flaw_bit("missing")).tolist() == [False, False, True, False, True]
    with pytest.raises(BarRuleError, match=r"missing.*3 time.*2025-01-13T16:30:00Z"):
        validate(holed, policies(missing="refuse"))[1].raise_refusals()


def test_a_weekend_a_holiday_and_a_half_day_are_not_holes(make_raw):
    assert found(validate(make_raw(date(2024, 11, 25), date(2024, 12, 3)), BarsConfig())[1]) == {}


def split_at(raw, at, ratio):
    for name in ("open", "high", "low", "close"):
        getattr(raw, name)[at:] /= ratio
    return raw


@pytest.mark.parametrize("ratio", [1.5, 2, 3, 4, 5, 7, 8, 10, 15, 20, 25, 1 / 1.5, 1 / 2, 1 / 10])
def test_an_unadjusted_split_is_noticed_on_the_first_bar_after(make_raw, ratio):
    report = validate(split_at(make_raw(), 14, ratio), BarsConfig())[1]
    finding = report.finding("split_jump")
    assert (found(report), finding.rows.tolist()) == ({"split_jump": 1}, [15])
    with pytest.raises(BarRuleError, match=r"split_jump[\s\S]*\[\[bars\.splits\]\]"):
        report.raise_refusals()


@pytest.mark.parametrize("ratio", [1.2, 0.8, 1.35, 2.5, 6.0])
def test_a_gap_at_no_split_ratio_is_a_gap(make_raw, ratio):
    assert found(validate(split_at(make_raw(), 14, ratio), BarsConfig())[1]) == {}


@pytest.mark.parametrize("ratio", [2, 4, 1 / 4])
def test_a_jump_within_a_session_that_no_trade_explains_is_seen_as_one_overnight(make_raw, ratio):
    report = validate(split_at(make_raw(), 16, ratio), BarsConfig())[1]
    finding = report.finding("split_jump")
    assert (found(report), finding.rows.tolist()) == ({"split_jump": 1}, [17])
    assert "no trade lies between" in finding.notes[0]


def test_one_bar_on_another_scale_is_seen_where_it_begins_and_ends(make_raw):
    raw = split_at(split_at(make_raw(), 16, 4), 17, 1 / 4)
    assert validate(raw, BarsConfig())[1].finding("split_jump").rows.tolist() == [17, 18]


def test_a_fall_within_a_session_that_trades_explain_is_no_split(make_raw):
    raw = split_at(make_raw(), 17, 2)
    raw.low[16] = raw.close[16] = 50.0
    assert found(validate(raw, BarsConfig())[1]) == {}


def test_a_fall_over_a_missing_bar_of_a_session_is_no_split(make_raw):
    raw = split_at(make_raw(), 17, 2)
    assert found(validate(raw.take(np.delete(np.arange(35), 16)), BarsConfig())[1]) == {"missing": 1}


@pytest.mark.parametrize(("missing", "seen"), [(35, True), (36, False), (200, False)])
def test_over_a_long_gap_no_split_is_looked_for(make_raw, missing, seen):
    raw = make_raw(date(2025, 1, 13), date(2025, 3, 31))
    first = 14 - missing % 7  # the bar after the gap opens a session
    kept = np.delete(np.arange(len(raw)), np.arange(first, first + missing))
    report = validate(split_at(raw, first + missing, 1 / 2).take(kept), BarsConfig())[1]
    assert found(report).get("split_jump", 0) == seen


def test_an_opening_print_that_does_not_last_is_no_split(make_raw):
    raw = spoil(make_raw(), 14, open=10.0, low=10.0)
    assert found(validate(raw, BarsConfig())[1]) == {}


def test_dropping_the_jump_drops_one_bar_not_the_rest(make_raw, policies):
    series = validate(split_at(make_raw(), 14, 10), policies(split_jump="drop"))[0]
    assert len(series) == 34


def test_a_declared_split_is_applied_before_anything_is_judged(make_raw):
    raw = split_at(make_raw(), 14, 10)
    split = Split(symbol="TEST", effective=date(2025, 1, 15), ratio=10)
    series, report = validate(raw, BarsConfig(splits=(split,)))
    assert found(report) == {}
    assert series.close.tolist() == [10.0] * 35
    assert series.volume.tolist() == [10_000.0] * 14 + [1000.0] * 21
    assert report.splits == ("10:1 before 2025-01-15, price and volume, 14 bars",)


@pytest.mark.parametrize("extreme", [5e-324, 1.7e308])
def test_extreme_prices_and_volumes_are_judged_without_a_warning(make_raw, extreme):
    raw = make_raw()
    for name in ("open", "high", "low", "close", "volume"):
        getattr(raw, name)[14:21] = extreme
    split = Split(symbol="TEST", effective=date(2025, 1, 16), ratio=0.01)
    assert validate(raw, BarsConfig(splits=(split,)))[1].bars_read == 35


def test_volumes_that_add_up_to_infinity_are_judged_without_a_warning(make_raw):
    raw = make_raw(date(2025, 1, 2), date(2025, 4, 30))
    raw.volume[::3] = 1.7e308
    assert validate(raw, BarsConfig())[1].bars_kept == len(raw)


def test_a_split_of_another_symbol_or_of_volume_alone_leaves_prices(make_raw):
    other = Split(symbol="ELSE", effective=date(2025, 1, 15), ratio=10)
    volume = Split(symbol="TEST", effective=date(2025, 1, 15), ratio=10, adjust=("volume",))
    series, report = validate(make_raw(), BarsConfig(splits=(other, volume)))
    assert series.close.tolist() == [100.0] * 35
    assert len(report.splits) == 1


def volumes_of(make_raw, before, after, days=(date(2025, 1, 2), date(2025, 4, 30)), at=280):
    raw = make_raw(*days)
    noise = np.random.default_rng(3).lognormal(0.0, 0.4, len(raw))
    raw.volume[:] = np.where(np.arange(len(raw)) < at, before, after) * noise
    return raw


@pytest.mark.parametrize(("before", "after"), [(1e5, 1e6), (1e6, 1e5), (1e6, 4e6)])
def test_a_lasting_change_of_the_volume_scale_is_noticed_and_dated(make_raw, before, after):
    raw = volumes_of(make_raw, before, after)
    finding = validate(raw, BarsConfig())[1].finding("volume_break")
    assert finding.count == 1
    assert "2025-03-04" in finding.notes[0]  # bar 280 begins the year's 41st session


def test_a_burst_of_two_weeks_is_no_lasting_change(make_raw):
    raw = volumes_of(make_raw, 1e6, 1e6)
    raw.volume[280:343] *= 6
    assert found(validate(raw, BarsConfig())[1]) == {}


def test_flags_depend_on_the_past_only(make_raw, policies):
    raw = split_at(volumes_of(make_raw, 1e5, 1e6), 140, 2).take(np.delete(np.arange(560), [50, 51, 300]))
    config = policies(split_jump="keep")
    whole = validate(raw, config)[0]
    for count in (1, 49, 50, 138, 139, 300, 420, 430, 500):
        part = validate(raw.take(np.arange(count)), config)[0]
        assert part.flaws.tolist() == whole.flaws[:count].tolist()


def test_all_refused_rules_are_in_the_report(make_raw):
    raw = spoil(spoil(make_raw(), 3, open=NAN), 5, volume=-1.0)
    report = validate(raw, BarsConfig())[1]
    assert [finding.rule for finding in report.refusals] == ["non_finite", "negative_volume"]
    with pytest.raises(BarRuleError, match="negative_volume 1"):
        report.raise_refusals()
