"""The configuration: every key known, every impossible value named, its hash blind to spelling."""

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from hyprl.config import HyprLConfig, load_config, parse_config
from hyprl.errors import ConfigError

ROOT = Path(__file__).resolve().parents[2]
BUILT_IN = files("hyprl.embedded").joinpath("nvda-1h.toml").read_text("utf-8")
OPTIONAL = {"strategy.sentiment.file"}  # has no default to write down; the file names it in a comment


def refused(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, "mine.toml")
    return str(caught.value)


def test_the_shipped_config_is_the_built_in_one():
    assert (ROOT / "configs" / "nvda-1h.toml").read_text("utf-8") == BUILT_IN


def test_the_built_in_config_lists_every_key_of_the_schema():
    assert set(_keys_of(HyprLConfig)) - set(_keys_in(tomllib.loads(BUILT_IN))) == OPTIONAL
    assert "file = " in BUILT_IN


def test_the_built_in_values_are_the_defaults_but_for_the_split():
    written = load_config(None)
    assert written.bars.splits != ()
    assert written.model_copy(update={"bars": HyprLConfig().bars}) == HyprLConfig()


def test_an_empty_file_is_the_defaults():
    assert parse_config("", "mine.toml") == HyprLConfig()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("foo = 1", "unknown key `foo`"),
        ("[risk]\nrisk_fractoin = 0.1", "unknown key `risk.risk_fractoin`, did you mean `risk_fraction`?"),
        ("[strategy.sentiment]\nfoo = 1", "unknown key `strategy.sentiment.foo`"),
        ("[bars.policy]\nfoo = 'keep'", "unknown key `bars.policy.foo`"),
        ("[[bars.splits]]\nsymbol='A'\neffective='2024-06-10'\nratio=2.0\nfoo=1", "`bars.splits.0.foo`"),
        ("[live]\nfoo = 1", "unknown key `live`"),
    ],
)
def test_an_unknown_key_is_named(text, named):
    assert named in refused(text)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('symbol = ""', "`symbol`"),
        ('symbol = "../up"', "`symbol`"),
        ("symbol = 3", "`symbol`"),
        ('[bars]\ncalendar = "LSE"', "`bars.calendar`"),
        ('[bars.policy]\nduplicate = "mend"', "`bars.policy.duplicate`"),
        ('[bars.policy]\nmissing = "drop"', "`bars.policy.missing`"),
        ('[[bars.splits]]\nsymbol="A"\neffective="2024-06-10"\nratio=0.0', "`bars.splits.0.ratio`"),
        ('[[bars.splits]]\nsymbol="A"\neffective="2024-06-10"\nratio="2"', "`bars.splits.0.ratio`"),
        ('[[bars.splits]]\nsymbol="A"\neffective=20240610\nratio=2.0', "`bars.splits.0.effective`"),
        ('[[bars.splits]]\nsymbol="A"\neffective="10 June"\nratio=2.0', "`bars.splits.0.effective`"),
        ('[[bars.splits]]\nsymbol="A"\nratio=2.0', "`bars.splits.0.effective`"),
        ('[features]\nadd = "mine"', "`features.add`"),
        ('[features]\nadd = [""]', "`features.add.0`"),
        ("[features]\nmodules = [1]", "`features.modules.0`"),
        ('[model]\nkind = "oracle"', "`model.kind`"),
        ('[model]\ncalibration = "magic"', "`model.calibration`"),
        ("[model]\nfolds = 1", "`model.folds`"),
        ("[model]\nseed = -1", "`model.seed`"),
        ("[model]\nseed = 99999999999999999999999", "`model.seed`"),
        ("[model]\nl2_penalty_c = 0.0", "`model.l2_penalty_c`"),
        ("[strategy]\nthreshold_long = 1.5", "`strategy.threshold_long`"),
        ('[strategy]\nthreshold_long = "0.6"', "`strategy.threshold_long`"),
        ("[strategy]\nthreshold_long = true", "`strategy.threshold_long`"),
        ("[strategy]\nthreshold_long = 0.4\nthreshold_short = 0.6", "threshold_short must lie below"),
        ("[strategy]\ntrend_window_bars = 0", "`strategy.trend_window_bars`"),
        ("[strategy]\ntrend_long_min = nan", "`strategy.trend_long_min`"),
        ("[strategy.sentiment]\nscore_min = 0.5\nscore_max = 0.4", "score_min must not lie above score_max"),
        ("[strategy.sentiment]\nmax_age_hours = 0.0", "`strategy.sentiment.max_age_hours`"),
        ('[strategy.sentiment]\nregime = "wild"', "`strategy.sentiment.regime`"),
        ("[risk]\ninitial_equity = 0.0", "`risk.initial_equity`"),
        ("[risk]\ninitial_equity = inf", "`risk.initial_equity`"),
        ("[risk]\nrisk_fraction = 1.01", "`risk.risk_fraction`"),
        ("[risk]\nrisk_fraction = nan", "`risk.risk_fraction`"),
        ("[risk]\nmax_trades_per_day = 2.5", "`risk.max_trades_per_day`"),
        ("[risk]\ntrailing_activation_r = 1.0", "needs a trailing_distance_r above 0"),
        ("[execution]\nslippage_bps = -1.0", "`execution.slippage_bps`"),
        ("[parity]\nstart = 2025-12-01", "lies before start"),
        ("[parity]\nmicroscope_start = 2025-02-01", "microscope_end lies before microscope_start"),
        ("[parity]\nstart = 5", "must be a date such as 2025-01-15"),
        ("[parity]\nstart = 2025-02-30", "is not TOML"),
        ("risk = 3", "`risk` must be a table"),
    ],
)
def test_an_impossible_value_is_named(text, named):
    message = refused(text)
    assert named in message
    assert message.startswith("mine.toml: ")
    assert len(message.splitlines()) == 2


@pytest.mark.parametrize(
    "text", ["=", "a = ", "[risk", "x = " + "[" * 5000, "x = " + "9" * 5000, "a\x00 = 1"]
)
def test_what_is_not_toml_is_said_to_be(text):
    assert "is not TOML" in refused(text)


def test_every_problem_of_a_file_is_listed_at_once():
    message = refused("foo = 1\n[risk]\nrisk_fraction = 2.0")
    assert "`foo`" in message
    assert "`risk.risk_fraction`" in message


@pytest.mark.parametrize(
    "make", [lambda path: path.mkdir(), lambda path: path.write_bytes(b"\xff\xfe"), lambda _: None]
)
def test_a_file_that_cannot_be_read_is_a_named_error(tmp_path, make):
    path = tmp_path / "config.toml"
    make(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(path)


def test_a_file_that_an_editor_began_with_a_byte_order_mark_is_read(tmp_path):
    path = tmp_path / "config.toml"
    path.write_bytes(b'\xef\xbb\xbfsymbol = "MSFT"')
    assert load_config(path).symbol == "MSFT"


def test_the_hash_does_not_depend_on_order_spelling_or_comments():
    one = parse_config("[risk]\nrisk_fraction = 0.02\nmin_size = 1e-6\n[strategy]\nthreshold_long = 0.6", "a")
    other = parse_config(
        "strategy = {threshold_long = 6e-1}  # wide\n[risk]\nmin_size = 0.000001\nrisk_fraction = 0.020", "b"
    )
    assert one.sha256() == other.sha256()


def test_a_whole_number_is_the_same_float():
    assert (
        parse_config("[risk]\ninitial_equity = 5000", "a").sha256()
        == parse_config("[risk]\ninitial_equity = 5000.0", "b").sha256()
    )


def test_a_default_written_out_changes_no_hash():
    assert load_config(None).sha256() == parse_config(BUILT_IN.replace("seed = 7", ""), "a").sha256()


@pytest.mark.parametrize(
    "text", ["[risk]\nrisk_fraction = 0.010000000000000002", "[risk]\nmax_trades_per_day = 4"]
)
def test_any_other_value_is_another_hash(text):
    assert parse_config(text, "a").sha256() != HyprLConfig().sha256()


def test_a_config_cannot_be_changed_once_read():
    with pytest.raises(ValueError, match="frozen"):
        load_config(None).symbol = "MSFT"


def _keys_of(model: type[BaseModel], prefix: str = "") -> list[str]:
    keys = []
    for name, field in model.model_fields.items():
        inner = _section(field.annotation)
        path = f"{prefix}{name}"
        keys += _keys_of(inner, f"{path}.") if inner else [path]
    return keys


def _section(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _section(part))), None)


def _keys_in(table: dict[str, Any], prefix: str = "") -> list[str]:
    keys = []
    for name, value in table.items():
        rows = value if isinstance(value, list) and value and isinstance(value[0], dict) else [value]
        for row in rows:
            keys += _keys_in(row, f"{prefix}{name}.") if isinstance(row, dict) else [f"{prefix}{name}"]
    return keys
