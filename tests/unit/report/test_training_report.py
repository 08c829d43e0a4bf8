import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from hyprl.config import ModelConfig
from hyprl.errors import OutputError
from hyprl.model.frame import TrainingFrame
from hyprl.model.scores import Scores
from hyprl.model.train import TrainingResult, train_model
from hyprl.report.training import as_json, describe_quantiles, folds_table, verdict, write_picture

HOUR = 3_600_000_000
COIN = Scores(400, 0.5, 0.70, 0.69, 0.25, 0.25, 0.51, 0.03)


@pytest.fixture(scope="module")
def opens() -> list[int]:
    return [1_690_378_200_000_000 + HOUR * bar for bar in range(600)]


@pytest.fixture(scope="module")
def result(opens: list[int]) -> TrainingResult:
    generator = np.random.default_rng(0)
    close = 100.0 * np.cumprod(1.0 + generator.normal(size=600) * 0.01)
    x = generator.normal(size=(600, 2))
    frame = TrainingFrame("NVDA", "pair", ("a", "b"), x, np.array(opens), close, "ab" * 32, "made up")
    return train_model(frame, ModelConfig(folds=3, calibration="platt"))


def test_a_coin_is_called_a_coin() -> None:
    assert "AUC 0.510 ± 0.030: no better than a coin" in verdict(COIN)


def test_a_model_that_ranks_is_said_to_beat_a_coin() -> None:
    assert "better than a coin by more than two standard errors" in verdict(replace(COIN, auc=0.57))


def test_a_model_that_ranks_backwards_is_called_upside_down() -> None:
    assert "upside down" in verdict(replace(COIN, auc=0.43))


def test_a_single_outcome_has_no_ranking() -> None:
    assert "only one outcome" in verdict(replace(COIN, auc=None, auc_standard_error=None))


@pytest.mark.parametrize(("loss", "said"), [(0.70, "is no better than"), (0.68, "beats")])
def test_log_loss_is_compared_with_a_constant(loss: float, said: str) -> None:
    assert said in verdict(replace(COIN, log_loss=loss))


def test_the_table_has_a_line_for_each_fold_and_for_all(result: TrainingResult, opens: list[int]) -> None:
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(folds_table(result.report, opens))
    text = console.export_text()
    first_words = [line.split()[0] for line in text.splitlines() if line.split()]
    assert [first_words.count(name) for name in ("1", "2", "3", "all", "cal.")] == [1, 1, 1, 1, 1]
    assert "…" not in text


def test_quantiles_are_told_with_their_levels(result: TrainingResult) -> None:
    assert describe_quantiles(result.report).startswith("1% 0.")


def test_the_json_is_plain_and_dates_its_folds(result: TrainingResult, opens: list[int]) -> None:
    content = json.loads(json.dumps(as_json(result, opens), allow_nan=False))
    folds = content["walk_forward"]["folds"]
    assert content["training"]["start"] == "2023-07-26T13:30:00Z"
    assert folds[0]["fitted_last"] < folds[0]["tested_first"] < folds[1]["tested_first"]
    assert content["sha256"] == result.model.sha256


@pytest.mark.parametrize(("suffix", "magic"), [(".png", b"\x89PNG"), (".pdf", b"%PDF"), (".svg", b"<?xml")])
def test_a_picture_is_written(result: TrainingResult, tmp_path: Path, suffix: str, magic: bytes) -> None:
    pytest.importorskip("matplotlib")
    write_picture(result, tmp_path / f"curve{suffix}")
    assert (tmp_path / f"curve{suffix}").read_bytes().startswith(magic)


def test_another_picture_type_is_named(result: TrainingResult, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no picture type"):
        write_picture(result, tmp_path / "curve.doc")


def test_a_missing_matplotlib_is_named_with_its_extra() -> None:
    code = (
        "import sys; sys.modules['matplotlib'] = None\nfrom pathlib import Path\n"
        "from hyprl.errors import MissingExtraError\nfrom hyprl.report.training import require_picture\n"
        "try: require_picture(Path('a.png'))\nexcept MissingExtraError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'hyprl[plot]'" in done.stdout
