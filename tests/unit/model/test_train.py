import math
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from hyprl.config import ModelConfig
from hyprl.errors import ArtifactError, DataError
from hyprl.model.artifact import ProbabilityModel, training_settings
from hyprl.model.calibration import fit_calibration
from hyprl.model.frame import Samples, TrainingFrame, label_rises
from hyprl.model.layout import with_calibration
from hyprl.model.learners import learner
from hyprl.model.train import check_against_library, train_model
from hyprl.model.walkforward import purge_gap, split

MakeFrame = Callable[..., TrainingFrame]
KINDS = ["logistic", "xgboost"]
FIXED = {"label_horizon_bars": 1, "purge_bars": 24, "folds": 4, "l2_penalty_c": 1.0, "seed": 7}
FIXED |= {"trees": 20, "tree_depth": 3, "learning_rate": 0.05}
CALIBRATIONS = ["none", "platt", "isotonic"]


def settings(**changes: Any) -> ModelConfig:
    return ModelConfig(**(FIXED | changes))


def samples(rows: int) -> Samples:
    bars = np.arange(100, 100 + rows)
    return Samples(bars, np.zeros((rows, 1)), bars % 2)


def test_logistic_probabilities_equal_scikit_learns_within_1e_12(make_frame: MakeFrame) -> None:
    frame = make_frame()
    rows = label_rises(frame, 1)
    model = train_model(frame, settings()).model
    pipeline = make_pipeline(
        StandardScaler(), LogisticRegression(C=1.0, solver="newton-cholesky", tol=1e-12, max_iter=500)
    )
    expected = pipeline.fit(rows.x, rows.y).predict_proba(rows.x)[:, 1]
    ours = np.array([model.predict_proba(row) for row in rows.x.tolist()])
    assert np.abs(ours - expected).max() < 1e-12


def test_xgboost_probabilities_equal_xgboosts_within_1e_6(make_frame: MakeFrame) -> None:
    xgboost = pytest.importorskip("xgboost")
    frame = make_frame()
    rows = label_rises(frame, 1)
    model = train_model(frame, settings(kind="xgboost")).model
    library = xgboost.XGBClassifier(
        n_estimators=20, max_depth=3, learning_rate=0.05, tree_method="hist", n_jobs=1, random_state=7
    )
    expected = library.fit(rows.x, rows.y).predict_proba(rows.x)[:, 1]
    ours = np.array([model.predict_proba(row) for row in rows.x.tolist()])
    assert np.abs(ours - expected).max() < 1e-6


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("calibration", CALIBRATIONS)
def test_training_twice_gives_the_same_file(make_frame: MakeFrame, kind: str, calibration: str) -> None:
    config = settings(kind=kind, calibration=calibration)
    first, second = (train_model(make_frame(), config).model for _ in range(2))
    assert first.sha256 == second.sha256
    assert first.calibration == calibration


def test_calibration_is_fitted_on_rows_that_the_model_had_not_seen(make_frame: MakeFrame) -> None:
    # Pure noise, fitted hard: in sample it looks sharp, out of fold it knows nothing, and Platt must flatten it.
    frame = make_frame(bars=700, columns=3, warmup=0)
    close = 100.0 * np.cumprod(1.0 + np.random.default_rng(8).normal(size=700) * 0.01)
    config = settings(kind="xgboost", trees=200, tree_depth=6, learning_rate=0.3)
    raw, platt = (
        train_model(replace(frame, close=close), config.model_copy(update={"calibration": name})).model
        for name in ("none", "platt")
    )
    rows = frame.features.tolist()
    raw_spread, platt_spread = (np.std([m.predict_proba(row) for row in rows]) for m in (raw, platt))
    assert platt_spread < 0.25 * raw_spread


def test_a_real_relation_is_found_out_of_sample(make_frame: MakeFrame) -> None:
    pooled = train_model(make_frame(bars=2000), settings()).report.pooled
    assert pooled.auc is not None and pooled.auc > 0.55
    assert pooled.log_loss < pooled.base_log_loss


def test_the_artifact_says_what_it_was_trained_on(make_frame: MakeFrame) -> None:
    frame = make_frame(bars=900, warmup=30)
    training = train_model(frame, settings(label_horizon_bars=6)).model.training
    assert (training.first_open_utc_us, training.last_open_utc_us) == (0, 899 * 3_600_000_000)
    assert (training.rows, training.label_horizon_bars, training.purge_bars) == (900 - 30 - 6, 6, 24)
    assert training.bars_sha256 == frame.bars_sha256
    assert 0.0 <= training.largest_check_error <= 1e-12


@pytest.mark.parametrize("change", [{"l2_penalty_c": 0.5}, {"trees": 21}, {"folds": 5}])
def test_the_artifact_tells_a_fit_with_other_settings_apart(
    make_frame: MakeFrame, change: dict[str, Any]
) -> None:
    made_with = dict(train_model(make_frame(), settings()).model.training.settings)
    assert made_with == training_settings(settings(artifact="elsewhere.pkl"))
    assert made_with != training_settings(settings(**change))


def test_bars_that_come_after_the_last_label_do_not_change_the_model(make_frame: MakeFrame) -> None:
    frame = make_frame()
    features = frame.features.copy()
    features[-3:] = 1e6
    one, other = (
        train_model(f, settings(label_horizon_bars=3)).model
        for f in (frame, replace(frame, features=features))
    )
    assert one.weights == other.weights


@pytest.mark.parametrize("kind", KINDS)
def test_a_kernel_that_disagrees_with_the_library_keeps_no_model(make_frame: MakeFrame, kind: str) -> None:
    def off_by_a_billionth(function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda weights, row: function(weights, row) + 2e-9

    with pytest.raises(ArtifactError, match="the kernel's margin differs"):
        train_model(make_frame(), settings(kind=kind), off_by_a_billionth)


def test_too_few_rows_are_named(make_frame: MakeFrame) -> None:
    with pytest.raises(DataError, match=r"69 bars have features and a label; 4 folds need at least 250"):
        train_model(make_frame(bars=100), settings())


def test_no_bars_at_all_are_named(make_frame: MakeFrame) -> None:
    with pytest.raises(DataError, match="0 bars"):
        train_model(make_frame(bars=0, warmup=0), settings())


@pytest.mark.parametrize("kind", KINDS)
def test_prices_that_only_rise_are_named(make_frame: MakeFrame, kind: str) -> None:
    frame = make_frame()
    with pytest.raises(DataError, match="same label"):
        train_model(replace(frame, close=np.arange(900.0) + 1.0), settings(kind=kind))


def test_a_purge_gap_that_leaves_nothing_to_fit_is_named(make_frame: MakeFrame) -> None:
    with pytest.raises(DataError, match="purge gap"):
        train_model(make_frame(), settings(purge_bars=4000))


def test_a_feature_beyond_float32_is_named(make_frame: MakeFrame) -> None:
    frame = make_frame()
    features = frame.features.copy()
    features[500, 1] = 1e39
    with pytest.raises(DataError, match="column_1"):
        train_model(replace(frame, features=features), settings(kind="xgboost"))


def test_the_purge_gap_is_never_shorter_than_the_label() -> None:
    assert purge_gap(settings(purge_bars=2, label_horizon_bars=9)) == 9


@given(st.integers(300, 1500), st.integers(2, 5), st.integers(0, 49))
def test_no_fold_is_fitted_within_the_gap_before_its_test(rows: int, folds: int, gap: int) -> None:
    for fitted, tested in split(samples(rows), folds, gap):
        assert fitted.bar[-1] + gap < tested.bar[0]


@given(st.integers(300, 1500), st.integers(2, 5))
def test_every_row_after_the_first_part_is_tested_once(rows: int, folds: int) -> None:
    tested = np.concatenate([part.bar for _, part in split(samples(rows), folds, 0)])
    assert tested.tolist() == list(range(100 + rows - len(tested), 100 + rows))
    assert len(tested) >= math.floor(rows * folds / (folds + 1))


def test_a_loaded_model_predicts_like_the_trained_one(make_frame: MakeFrame, tmp_path: Any) -> None:
    frame = make_frame()
    model = train_model(frame, settings(kind="xgboost", calibration="isotonic")).model
    model.save_artifact(tmp_path / "m.pkl")
    loaded = ProbabilityModel.load_artifact(tmp_path / "m.pkl")
    rows = frame.features[100:].tolist()
    assert [loaded.predict_proba(row) for row in rows] == [model.predict_proba(row) for row in rows]


def run_python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_a_missing_library_is_named_with_its_extra() -> None:
    said = run_python(
        "import sys; sys.modules['xgboost'] = None\n"
        "from hyprl.config import ModelConfig\nfrom hyprl.errors import MissingExtraError\n"
        "from hyprl.model.learners import learner\n"
        "try: learner(ModelConfig(kind='xgboost'))\nexcept MissingExtraError as error: print(error)"
    )
    assert "pip install 'hyprl[xgboost]'" in said


@pytest.mark.parametrize("calibration", CALIBRATIONS)
def test_a_plain_install_trains_the_logistic_model(
    make_frame: MakeFrame, calibration: str, tmp_path: Path
) -> None:
    config = settings(calibration=calibration)
    (tmp_path / "frame.pkl").write_bytes(pickle.dumps((make_frame(), config)))
    said = run_python(
        "import pickle, sys\n"
        "for name in ('sklearn', 'scipy', 'joblib', 'threadpoolctl', 'xgboost'): sys.modules[name] = None\n"
        "from hyprl.model.train import train_model\n"
        f"print(train_model(*pickle.load(open({str(tmp_path / 'frame.pkl')!r}, 'rb'))).model.sha256)"
    )
    assert said.strip() == train_model(make_frame(), config).model.sha256


def test_a_calibration_that_disagrees_with_numpy_keeps_no_model(make_frame: MakeFrame) -> None:
    rows = label_rises(make_frame(), 1)
    fitted = learner(settings())(rows.x, rows.y)
    platt = fit_calibration("platt", fitted.margins(rows.x), rows.y)
    assert platt is not None
    off = replace(platt, reference=lambda margins: platt.reference(margins) + 2e-9)
    weights = with_calibration(fitted.weights(), platt.method, platt.block)
    check_against_library("logistic", weights, rows.x, (fitted, platt), lambda f: f)
    with pytest.raises(ArtifactError, match="calibrated probability differs"):
        check_against_library("logistic", weights, rows.x, (fitted, off), lambda f: f)
