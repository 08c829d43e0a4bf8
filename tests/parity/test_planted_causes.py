"""Each planted cause breaks the check, and the diff shows that cause and not another."""

import subprocess
import sys

import polars as pl
import pytest

from hyprl.lab.planted import PLANTS
from hyprl.parity.rules import MICROSCOPE, YEAR
from hyprl.usecases import check as check_run
from hyprl.usecases.check import CheckOutcome, CheckRequest
from hyprl.usecases.requests import RunRequest

UNTOUCHED = ("bar_hash", "config_hash", "threshold_long", "risk_inputs.price", "risk_inputs.atr_multiplier")


class Checked:
    """A check that was run with one plant, and its differences by field."""

    def __init__(self, name: str | None, outcome: CheckOutcome) -> None:
        self.name, self.result = name, outcome.result
        self.windows = {window.name: window.assessment.diff for window in outcome.windows}
        self.year = self.windows[YEAR]

    def unequal(self, field: str, diff: pl.DataFrame | None = None) -> pl.Series:
        diff = self.year if diff is None else diff
        return diff.select(pl.col(f"{field}_bt").ne_missing(pl.col(f"{field}_replay"))).to_series()

    def count(self, field: str) -> int:
        return int(self.unequal(field).sum())

    @property
    def indicators(self) -> list[str]:
        return [
            c.removesuffix("_bt")
            for c in self.year.columns
            if c.startswith("indicator.") and c.endswith("_bt")
        ]


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    kept: dict[str | None, Checked] = {}

    def check(name: str | None) -> Checked:
        if name not in kept:
            out = tmp_path_factory.mktemp("check")
            plant = {} if name is None else {"plant": PLANTS[name]}
            request = CheckRequest(RunRequest(), "exact", out, **plant)
            kept[name] = Checked(name, check_run.check(request, lambda _text: None))
        return kept[name]

    return check


def test_without_a_plant_the_check_is_kept(checked):
    plain = checked(None)
    assert (plain.result.exit_code, plain.result.as_json_dict()["verdict"]) == (0, "kept")
    assert plain.windows.keys() == {YEAR, MICROSCOPE}
    fields = [c.removesuffix("_bt") for c in plain.year.columns if c.endswith("_bt")]
    differing = {name for name in fields if plain.count(name)}
    assert differing == {"run_id", "source"}


@pytest.mark.parametrize("name", PLANTS)
def test_a_plant_breaks_the_check_in_both_windows(name, checked):
    planted = checked(name)
    assert (planted.result.exit_code, planted.result.as_json_dict()["verdict"]) == (1, "broken")
    for diff in planted.windows.values():
        assert planted.unequal("position_size", diff).any()


@pytest.mark.parametrize("name", PLANTS)
def test_a_plant_leaves_bars_and_settings_alone(name, checked):
    planted = checked(name)
    assert [planted.count(field) for field in UNTOUCHED] == [0] * len(UNTOUCHED)


def test_a_shifted_cache_shows_the_row_of_the_bar_before(checked):
    diff = checked("shifted-cache").year
    for name in ("indicator.rsi_14", "indicator.volume_zscore_24"):
        assert diff[f"{name}_replay"][1:].to_list() == diff[f"{name}_bt"][:-1].to_list()
    assert checked("shifted-cache").count("feature_hash") == len(diff)


def test_a_short_preroll_shows_first_in_warmup_then_in_wilders_averages_alone(checked):
    planted = checked("short-preroll")
    reasons = planted.year["reason_replay"].to_list()
    # 73 bars are needed and 30 were given: 42 bars are still warm-up, the 43rd is decided.
    assert reasons[:42] == ["warmup"] * 42 and reasons[42] != "warmup"
    assert "warmup" not in planted.year["reason_bt"].to_list()
    late = {name for name in planted.indicators if planted.unequal(name)[42:].any()}
    wilder = {"atr_14", "atr_72", "atr_14_norm", "atr_72_norm", "rsi_7", "rsi_14", "rsi_21"}
    assert late == {f"indicator.{name}" for name in wilder}


def test_a_refitted_scaler_shows_in_the_model_and_not_in_the_features(checked):
    planted = checked("refitted-scaler")
    assert planted.count("model_params_hash") == planted.count("probability_up") == len(planted.year)
    assert planted.count("feature_hash") == 0


def test_a_drifting_account_shows_in_equity_and_sizes_and_not_in_probabilities(checked):
    planted = checked("drifting-equity")
    assert planted.count("risk_inputs.equity") == len(planted.year)
    for field in ("probability_up", "feature_hash", "model_params_hash", "decision", "direction", "reason"):
        assert planted.count(field) == 0
    first = planted.year.row(0, named=True)
    assert first["risk_inputs.equity_replay"] == pytest.approx(first["risk_inputs.equity_bt"] * 1.0001)
    assert first["position_size_replay"] == pytest.approx(first["position_size_bt"] * 1.0001)


def test_float32_features_show_in_the_hash_by_less_than_a_float32_step(checked):
    planted = checked("float32-features")
    assert planted.count("feature_hash") == len(planted.year)
    assert planted.count("indicator.vol_regime_high") == 0
    for name in ("indicator.atr_14", "indicator.rsi_14"):
        left, right = planted.year[f"{name}_bt"].to_numpy(), planted.year[f"{name}_replay"].to_numpy()
        assert 0.0 < abs(right / left - 1.0).max() < 2.0**-24
    assert planted.count("model_params_hash") == 0


@pytest.mark.parametrize(("plant", "code"), [([], 0), (["--plant", "drifting-equity"], 1)])
def test_the_command_exits_accordingly(plant, code, tmp_path):
    command = [sys.executable, "-m", "hyprl", "check", "--out", "out", *plant]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    assert ("KEPT" if code == 0 else "BROKEN") in done.stdout
