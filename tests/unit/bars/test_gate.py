from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hyprl.bars.gate import BarGate
from hyprl.bars.rules import BAR_RULES, flaw_bit
from hyprl.bars.validate import validate
from hyprl.config import BarPolicies, BarsConfig, Split
from hyprl.domain.bars import Bar
from hyprl.errors import BarRuleError

PRICES = ("open", "high", "low", "close", "volume")
POLICY = st.sampled_from(["drop", "keep"])
SPOIL = st.sampled_from(
    [
        ("open", float("nan")),
        ("low", 101.0),
        ("close", -1.0),
        ("volume", 0.0),
        ("volume", -5.0),
        ("volume", float("nan")),
        ("high", float("inf")),
    ]
)


def feed(gate, raw):
    rows = zip(raw.open_utc_us.tolist(), *(getattr(raw, name).tolist() for name in PRICES), strict=True)
    admissions = [gate.admit(row[0], Bar(*row[1:])) for row in rows]
    return [admission.bar for admission in admissions if admission.bar is not None]


def bits(bars):
    return [(bar.open_utc_us, bar.close_utc_us, bar.session, bar.flaws, repr(bar.bar)) for bar in bars]


def expected(series):
    return bits([series.bar(index) for index in range(len(series))])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_bars_one_by_one_are_judged_as_the_whole_file_is(make_raw, data):
    raw = make_raw(date(2025, 1, 6), date(2025, 1, 31))
    for at in data.draw(st.lists(st.integers(0, len(raw) - 1), max_size=8)):
        column, value = data.draw(SPOIL)
        getattr(raw, column)[at] = value
    for at in data.draw(st.lists(st.integers(0, len(raw) - 1), max_size=3)):
        for name in PRICES[:4]:
            getattr(raw, name)[at:] /= 2
    raw.open_utc_us[data.draw(st.lists(st.integers(0, len(raw) - 1), max_size=2))] += 600_000_000
    moved = data.draw(st.lists(st.integers(0, len(raw) - 1), max_size=5))
    order = np.array([*range(len(raw)), *moved])
    order[10:40] = data.draw(st.permutations(order[10:40].tolist()))
    raw = raw.take(order)
    policy = {rule: data.draw(POLICY) for rule in (*BAR_RULES, "split_jump")}
    config = BarsConfig(policy=BarPolicies(duplicate="drop", out_of_order="drop", **policy))
    assert bits(feed(BarGate("TEST", config), raw)) == expected(validate(raw, config)[0])


@pytest.mark.parametrize("at", [1, 140, 279, 280, 281, 420, 425, 559])
def test_a_gate_started_from_history_continues_as_if_it_had_seen_it(make_raw, policies, at):
    raw = make_raw(date(2025, 1, 2), date(2025, 4, 30))
    raw.volume[280:] *= 10
    for name in PRICES[:4]:
        getattr(raw, name)[280:] /= 10
    config = policies(split_jump="keep")
    whole = validate(raw, config)[0]
    gate = BarGate("TEST", config, whole.slice(0, at))
    assert bits(feed(gate, raw.take(np.arange(at, len(raw))))) == expected(whole)[at:]
    assert whole.flaws[280] == flaw_bit("split_jump")
    assert (whole.flaws == flaw_bit("volume_break")).sum() == 1


@pytest.mark.parametrize("adjust", [("price",), ("volume",), ("price", "volume")])
def test_declared_splits_adjust_a_live_bar_as_they_adjust_a_file(make_raw, adjust):
    raw = make_raw()
    raw.close[:] = 99.7
    split = Split(symbol="TEST", effective=date(2025, 1, 15), ratio=3, adjust=adjust)
    config = BarsConfig(splits=(split,), policy=BarPolicies(split_jump="keep"))
    assert bits(feed(BarGate("TEST", config), raw)) == expected(validate(raw, config)[0])


def test_a_refused_bar_raises_and_leaves_the_gate_as_it_was(make_raw):
    raw = make_raw()
    gate = BarGate("TEST", BarsConfig())
    first, second = raw.open_utc_us[:2].tolist()
    gate.admit(first, Bar(1.0, 1.0, 1.0, 1.0, 1.0))
    with pytest.raises(BarRuleError, match="negative_volume"):
        gate.admit(second, Bar(1.0, 1.0, 1.0, 1.0, -1.0))
    assert gate.admit(second, Bar(1.0, 1.0, 1.0, 1.0, 1.0)).broken == ()


@pytest.mark.parametrize("rule", ["duplicate", "out_of_order"])
def test_a_bar_from_the_past_is_never_admitted(make_raw, policies, rule):
    opens = make_raw().open_utc_us[:3].tolist()
    calm = Bar(1.0, 1.0, 1.0, 1.0, 1.0)
    gate = BarGate("TEST", policies(duplicate="keep", out_of_order="keep"))
    gate.admit(opens[0], calm)
    gate.admit(opens[2], calm)
    admission = gate.admit(opens[2] if rule == "duplicate" else opens[1], calm)
    assert (admission.bar, admission.broken) == (None, (rule,))
    with pytest.raises(BarRuleError, match="duplicate"):
        strict = BarGate("TEST", BarsConfig())
        strict.admit(opens[0], calm)
        strict.admit(opens[0], calm)
