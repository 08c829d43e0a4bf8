import copy
import json
import math
import os
import pickle
from collections.abc import Callable, Mapping
from dataclasses import FrozenInstanceError, dataclass, field, replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from hyprl.errors import ArtifactError, OutputError
from hyprl.model import envelope, layout
from hyprl.model.artifact import ProbabilityModel, TrainingRecord
from hyprl.model.layout import TreeNode

Make = Callable[..., ProbabilityModel]
NAMES = ("ret_1h", "rsi_14")


@pytest.fixture
def saved(make_model: Make, tmp_path: Path) -> Path:
    path = tmp_path / "model.pkl"
    make_model().save_artifact(path)
    return path


def refuse(path: Path, data: bytes) -> ArtifactError:
    path.write_bytes(data)
    with pytest.raises(ArtifactError) as caught:
        ProbabilityModel.load_artifact(path)
    return caught.value


def test_a_loaded_model_equals_the_saved_one(make_model: Make, saved: Path) -> None:
    assert ProbabilityModel.load_artifact(str(saved)) == make_model()


def test_the_same_model_is_saved_as_the_same_bytes(saved: Path, tmp_path: Path) -> None:
    ProbabilityModel.load_artifact(saved).save_artifact(tmp_path / "again.pkl")
    assert (tmp_path / "again.pkl").read_bytes() == saved.read_bytes()


def test_weights_come_back_with_every_bit(make_model: Make, tmp_path: Path) -> None:
    awkward = [0.1 + 0.2, -0.0, 5e-324]
    model = make_model(
        weights=layout.pack_logistic(awkward[0], [awkward[1]] * 2, [1.0] * 2, [awkward[2]] * 2)
    )
    model.save_artifact(tmp_path / "m.pkl")
    loaded = ProbabilityModel.load_artifact(tmp_path / "m.pkl")
    assert loaded.weights_array().tobytes() == model.weights_array().tobytes()


def test_anybodys_pickle_load_gives_plain_data(saved: Path) -> None:
    content = pickle.loads(saved.read_bytes())
    assert content["format"] == "hyprl-model"
    assert content["sha256"] == sha256(content["payload"]).hexdigest()
    assert json.loads(content["payload"])["feature_names"] == list(NAMES)


@pytest.mark.parametrize("mask", [0x01, 0x80, 0xFF])
def test_a_change_of_any_byte_is_refused(saved: Path, tmp_path: Path, mask: int) -> None:
    data = saved.read_bytes()
    for place in range(len(data)):
        refuse(tmp_path / "changed.pkl", data[:place] + bytes([data[place] ^ mask]) + data[place + 1 :])


def test_a_file_cut_anywhere_is_refused(saved: Path, tmp_path: Path) -> None:
    data = saved.read_bytes()
    for length in range(len(data)):
        refuse(tmp_path / "cut.pkl", data[:length])


def test_a_file_with_something_after_its_end_is_refused(saved: Path) -> None:
    refuse(saved, saved.read_bytes() + b"\n")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="no such model file") as caught:
        ProbabilityModel.load_artifact(tmp_path / "absent.pkl")
    assert "absent.pkl" in str(caught.value)


def test_a_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="is a directory"):
        ProbabilityModel.load_artifact(tmp_path)


def test_an_empty_file_is_named(tmp_path: Path) -> None:
    assert "is empty" in str(refuse(tmp_path / "m.pkl", b""))


@pytest.mark.parametrize("data", [b"hello", b"\x00" * 100, b"{}", b"\x80\x04}.", pickle.dumps([1, 2])])
def test_other_files_are_refused(tmp_path: Path, data: bytes) -> None:
    refuse(tmp_path / "m.pkl", data)


def test_an_enormous_file_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "m.pkl").open("wb") as file:
        file.truncate(envelope.MAX_FILE_BYTES + 1)
    with pytest.raises(ArtifactError, match="larger than 256 MiB"):
        ProbabilityModel.load_artifact(tmp_path / "m.pkl")


def test_another_schema_version_is_named(saved: Path) -> None:
    data = saved.read_bytes().replace(b"schema_versionK\x01", b"schema_versionK\x02")
    assert "schema version 2; this HyprL reads version 1" in str(refuse(saved, data))


class Runs:
    def __init__(self, function: Callable[..., object], *arguments: object) -> None:
        self._call = (function, arguments)

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self._call


class Builds:
    def __reduce__(self) -> tuple[object, ...]:
        return (Path, ("x",), {"state": 1})


def hostile(mark: Path) -> dict[str, bytes]:
    command = f"touch {mark}"
    text = command.encode()
    bomb = Runs(os.system, command)
    return {
        "reduce": pickle.dumps(bomb),
        "old reduce": pickle.dumps(bomb, protocol=0),
        "stack global": b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c"
        + bytes([len(text)])
        + text
        + b"\x85R.",
        "inst": b"(S'" + text + b"'\niposix\nsystem\n.",
        "obj": b"(cposix\nsystem\nS'" + text + b"'\no.",
        "newobj": b"\x80\x04\x8c\x02os\x8c\x08_Environ\x93)\x81.",
        "build": pickle.dumps(Builds()),
        "extension": b"\x80\x04\x82\x01.",
        "persistent": b"\x80\x04\x8c\x01aQ.",
        "nested": pickle.dumps({"format": "hyprl-model", "schema_version": 1, "payload": bomb}),
        "in a list": pickle.dumps([{"format": "hyprl-model"}, [bomb]]),
        "memo": pickle.dumps({"a": "b"}),
    }


@pytest.mark.parametrize("name", sorted(hostile(Path("m"))))
def test_a_pickle_that_tries_to_run_code_is_refused_and_nothing_runs(tmp_path: Path, name: str) -> None:
    mark = tmp_path / "ran"
    error = refuse(tmp_path / "m.pkl", hostile(mark)[name])
    assert "nothing was run" in str(error)
    assert not mark.exists()


def test_the_bombs_would_have_gone_off_in_pickle(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    pickle.loads(hostile(mark)["stack global"])
    assert mark.exists()


def reseal(saved: Path, change: Callable[[dict[str, object]], None]) -> bytes:
    content = json.loads(envelope.decode(saved.read_bytes(), "m"))
    change(content)
    return envelope.encode(json.dumps(content, sort_keys=True, separators=(",", ":")).encode())


@pytest.mark.parametrize(
    "change",
    [
        {"weights": [1.0]},
        {"weights": "many"},
        {"weights": [2, 0, 0, 0, 0, 0, 1, 1, 1, 1]},
        {"weights": [2.0, 0.0, 0.0, float("nan"), 0.0, 0.0, 1.0, 1.0, 1.0, 1.0]},
        {"kind": "oracle"},
        {"kind": "xgboost"},
        {"feature_names": ["ret_1h"]},
        {"feature_names": ["ret_1h", "ret_1h"]},
        {"seed": "7"},
        {"training": {}},
        {"params_hash": "00"},
        {"extra": 1},
    ],
)
def test_a_resealed_file_with_wrong_content_is_refused(saved: Path, change: dict[str, object]) -> None:
    refuse(saved, reseal(saved, lambda content: content.update(change)))


@pytest.mark.parametrize("payload", [b"", b"[]", b"null", b"{", b"[" * 100_000, b"\xff", b"{} "])
def test_a_sealed_payload_that_is_no_model_is_refused(saved: Path, payload: bytes) -> None:
    refuse(saved, envelope.encode(payload))


STUMP = (TreeNode(0, 1.0, 1, 2), TreeNode(-1, -0.25), TreeNode(-1, 0.5))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (4, 2.0),
        (4, 0.5),
        (4, 0.0),
        (5, 7.0),
        (5, -6.0),
        (6, 2.0),
        (6, 0.5),
        (8, 6.0),
        (8, 12.0),
        (8, 9.5),
        (10, 1e39),
    ],
)
def test_trees_that_would_lead_the_kernel_astray_are_refused(place: int, value: float) -> None:
    weights = list(layout.pack_trees(2, 0.0, [STUMP]))
    layout.check_weights("xgboost", weights, 2, "m")
    weights[place] = value
    with pytest.raises(ArtifactError):
        layout.check_weights("xgboost", weights, 2, "m")


@pytest.mark.parametrize(
    ("method", "block"),
    [
        (3, [1.0, 2.0]),
        (1, [1.0]),
        (2, [2.0, 0.0, 0.0, 0.1, 0.2]),
        (2, [2.0, 0.0, 1.0, 0.2, 0.1]),
        (2, [1.0, 0.0, 1.5]),
    ],
)
def test_a_malformed_calibration_is_refused(method: int, block: list[float]) -> None:
    weights = layout.with_calibration(layout.pack_logistic(0.0, [0.0], [1.0], [1.0]), method, block)
    with pytest.raises(ArtifactError):
        layout.check_weights("logistic", weights, 1, "m")


def test_an_unwritable_place_is_named_and_keeps_nothing(make_model: Make, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        make_model().save_artifact(tmp_path / "taken")
    assert list(tmp_path.iterdir()) == [tmp_path / "taken"]


def test_a_model_cannot_be_changed(make_model: Make) -> None:
    model = make_model()
    with pytest.raises(FrozenInstanceError):
        model.weights = ()  # type: ignore[misc]
    with pytest.raises(TypeError):
        model.library_versions["numpy"] = "1"  # type: ignore[index]
    model.weights_array()[:] = 0.0
    assert model == make_model()


def test_params_hash_follows_the_last_bit_of_a_weight(make_model: Make) -> None:
    model = make_model()
    nudged = (*model.weights[:-1], math.nextafter(model.weights[-1], 1.0))
    assert make_model(weights=nudged).params_hash != model.params_hash


def test_params_hash_ignores_where_the_model_was_trained(make_model: Make, record: TrainingRecord) -> None:
    other = make_model(training=replace(record, bars_source="elsewhere.csv"))
    assert other.params_hash == make_model().params_hash
    assert other.sha256 != make_model().sha256


def test_another_column_order_is_refused_by_the_first_column_that_differs(make_model: Make) -> None:
    with pytest.raises(ArtifactError, match="column 1 is `ret_1h`, the run's is `rsi_14`"):
        make_model().require_fit(("rsi_14", "ret_1h"), "pair")


def test_another_preset_is_refused(make_model: Make) -> None:
    with pytest.raises(ArtifactError, match="preset `pair`, the run has `nvda_v2`"):
        make_model().require_fit(NAMES, "nvda_v2")


def test_a_missing_column_is_refused(make_model: Make) -> None:
    with pytest.raises(ArtifactError, match="reads 2 columns, the run has 1"):
        make_model().require_fit(NAMES[:1], "pair")


def test_the_models_own_columns_fit(make_model: Make) -> None:
    make_model().require_fit(NAMES, "pair")
    assert make_model().misfit("NVDA", NAMES, "pair", "ab" * 32) is None


@pytest.mark.parametrize(
    ("symbol", "preset", "bars", "named"),
    [("MSFT", "pair", None, "NVDA"), ("NVDA", "other", None, "preset"), ("NVDA", "pair", "00", "other bars")],
)
def test_a_misfit_says_why(make_model: Make, symbol: str, preset: str, bars: str | None, named: str) -> None:
    assert named in str(make_model().misfit(symbol, NAMES, preset, bars))


@dataclass
class Log:
    rows: list[tuple[Mapping[str, float], float]] = field(default_factory=list)

    def record(self, inputs: Mapping[str, float], probability_up: float) -> None:
        self.rows.append((inputs, probability_up))


def test_predict_proba_by_hand(make_model: Make) -> None:
    # margin 0.5 + 2·(3−1)/2 − 1·(4−2)/4 = 2
    assert make_model().predict_proba([3.0, 4.0]) == pytest.approx(1.0 / (1.0 + math.exp(-2.0)), abs=1e-15)


def test_predict_proba_shows_its_inputs_to_a_recorder(make_model: Make) -> None:
    log = Log()
    answer = make_model().predict_proba(np.array([3.0, 4.0]), recorder=log)  # type: ignore[arg-type]
    assert log.rows == [({"ret_1h": 3.0, "rsi_14": 4.0}, answer)]


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_predict_proba_of_a_feature_that_is_no_number_is_nan(make_model: Make, value: float) -> None:
    assert math.isnan(make_model().predict_proba([3.0, value]))


def test_predict_proba_refuses_a_row_of_another_width(make_model: Make) -> None:
    with pytest.raises(ArtifactError, match="reads 2 features but got 3"):
        make_model().predict_proba([1.0, 2.0, 3.0])


def test_training_window_is_told_in_iso_time(record: TrainingRecord) -> None:
    assert (record.start, record.end) == ("2023-07-26T13:30:00Z", "2024-12-11T20:30:00Z")


@pytest.mark.parametrize(("shift", "overlapping"), [(0, True), (1, False), (-5, True)])
def test_a_window_that_shares_a_bar_with_the_training_overlaps(
    record: TrainingRecord, shift: int, overlapping: bool
) -> None:
    start = record.last_open_utc_us + shift
    assert record.overlaps(start, start + 10) is overlapping


def test_a_training_record_does_not_share_its_figures(record: TrainingRecord) -> None:
    figures = {"auc": 0.5}
    mine = replace(record, out_of_sample=figures)
    figures["auc"] = 0.9
    assert copy.copy(mine).out_of_sample["auc"] == 0.5
