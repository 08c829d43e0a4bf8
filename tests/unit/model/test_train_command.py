import json
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hyprl.cli.train import train
from hyprl.errors import HyprLError, OutputError
from hyprl.model.artifact import ProbabilityModel

BARS = str(files("hyprl.embedded").joinpath("synthetic_nvda_1h.parquet"))


def run(out: Path, *arguments: str) -> Result:
    required = ["--bars", BARS, "--symbol", "NVDA", "--end", "2024-12-12", "--out", str(out)]
    return CliRunner().invoke(train, [*required, *arguments])


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    folder = tmp_path_factory.mktemp("train")
    return folder, run(folder / "m.pkl", "--start", "2024-01-02", "--report", str(folder / "r.json"))


def test_the_model_knows_no_bar_from_the_end_on_or_before_the_start(finished: tuple[Path, Result]) -> None:
    training = ProbabilityModel.load_artifact(finished[0] / "m.pkl").training
    assert training.start.startswith("2024-01-02T14:30")
    assert training.end.startswith("2024-12-11T20:30")


def test_the_out_of_sample_figures_are_printed(finished: tuple[Path, Result]) -> None:
    assert finished[1].exit_code == 0
    assert "Out of sample" in finished[1].output
    assert "a coin" in finished[1].output


def test_the_report_names_the_model_written(finished: tuple[Path, Result]) -> None:
    content = json.loads((finished[0] / "r.json").read_text())
    assert content["sha256"] == ProbabilityModel.load_artifact(finished[0] / "m.pkl").sha256
    assert len(content["walk_forward"]["curve"]) == 10


def test_training_again_writes_the_same_bytes(finished: tuple[Path, Result], tmp_path: Path) -> None:
    run(tmp_path / "again.pkl", "--start", "2024-01-02")
    assert (tmp_path / "again.pkl").read_bytes() == (finished[0] / "m.pkl").read_bytes()


def test_a_cpu_without_fma_and_avx2_trains_the_same_bytes(
    finished: tuple[Path, Result], tmp_path: Path
) -> None:
    tunables = {
        "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-FMA,-AVX2,-FMA4,-AVX512F",
        "OPENBLAS_CORETYPE": "Nehalem",
    }
    code = "from hyprl.cli.train import train; train()"
    arguments = ["--bars", BARS, "--symbol", "NVDA", "--start", "2024-01-02", "--end", "2024-12-12"]
    command = [sys.executable, "-c", code, *arguments, "--out", str(tmp_path / "m.pkl")]
    subprocess.run(command, env={**os.environ, **tunables}, check=True, capture_output=True)
    assert (tmp_path / "m.pkl").read_bytes() == (finished[0] / "m.pkl").read_bytes()


def test_a_directory_is_refused_before_any_work(tmp_path: Path) -> None:
    assert isinstance(run(tmp_path).exception, OutputError)


@pytest.mark.parametrize(
    "arguments",
    [("--end", "2000-01-01"), ("--start", "2024-12-12"), ("--plot", "curve.doc"), ("--bars", "absent.csv")],
)
def test_what_cannot_work_is_a_named_error_and_writes_nothing(
    tmp_path: Path, arguments: tuple[str, str]
) -> None:
    assert isinstance(run(tmp_path / "m.pkl", *arguments).exception, HyprLError)
    assert list(tmp_path.iterdir()) == []
