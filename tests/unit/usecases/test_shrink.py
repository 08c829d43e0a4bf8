"""Fixtures of `hyprl shrink`, and the tests that it writes, run as a user would."""

import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import orjson
import polars as pl
import pytest

from hyprl.lab.plants import plant_for
from hyprl.usecases.check import CheckRequest, check
from hyprl.usecases.compare import CompareRequest, load_pair
from hyprl.usecases.requests import RunRequest
from hyprl.usecases.shrink import Fixture, shrink_pair


@pytest.fixture(scope="module")
def traces(tmp_path_factory: pytest.TempPathFactory):
    """Two traces of one month, the live side's with a planted fault; made once for each fault."""
    made: dict[str, tuple[Path, Path]] = {}

    def of(fault: str) -> tuple[Path, Path]:
        if fault not in made:
            out = tmp_path_factory.mktemp("check")
            window = RunRequest(start=date(2025, 1, 15), end=date(2025, 2, 14))
            outcome = check(CheckRequest(window, "exact", out, plant=plant_for(fault)), lambda _said: None)
            made[fault] = outcome.windows[0].files[:2]
        return made[fault]

    return of


def shrunk(traces, fault: str, out: Path) -> Fixture:
    fixture = shrink_pair(load_pair(CompareRequest(*traces(fault))), out)
    assert fixture is not None
    return fixture


def run_written_test(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(folder),
        str(folder),
    ]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("fault", "column", "names"),
    [
        ("threshold-drift:0.03", "threshold_long", {"strategy.threshold_long"}),
        ("drifting-equity:0.001", "risk_inputs.equity", {"inputs.equity"}),
    ],
)
def test_the_constant_or_input_that_was_planted_is_the_smallest_config(
    traces, tmp_path, fault, column, names
) -> None:
    fixture = shrunk(traces, fault, tmp_path)
    assert fixture.shrunk.aim.column == column
    assert fixture.shrunk.bars == 1
    assert set(fixture.config.values or {}) == names


def test_a_shifted_cache_is_reduced_to_features(traces, tmp_path) -> None:
    fixture = shrunk(traces, "shifted-cache:1", tmp_path)
    assert fixture.config.values
    assert all(name.startswith("features.") for name in fixture.config.values or {})


def test_written_test_fails_until_both_sides_agree(traces, tmp_path) -> None:
    shrunk(traces, "threshold-drift:0.03", tmp_path)
    assert "3 failed, 1 passed" in run_written_test(tmp_path).stdout
    shutil.copy(tmp_path / "left.csv", tmp_path / "right.csv")
    inputs = orjson.loads((tmp_path / "inputs.json").read_bytes())
    (tmp_path / "inputs.json").write_bytes(orjson.dumps(inputs | {"right": inputs["left"]}))
    done = run_written_test(tmp_path)
    assert done.returncode == 0, done.stdout


def test_traces_that_agree_have_nothing_to_shrink(traces, tmp_path) -> None:
    left, _ = traces("threshold-drift:0.03")
    assert shrink_pair(load_pair(CompareRequest(left, left)), tmp_path) is None
    assert not list(tmp_path.iterdir())


def test_engine_that_does_not_use_what_it_records_is_said(traces, tmp_path) -> None:
    fixture = shrunk(traces, "hard-coded-size:risk_fraction", tmp_path)
    assert fixture.config.decided is None
    assert fixture.config.values == {}
    assert "no recorded input" in fixture.config.note


def test_foreign_logs_get_a_test_of_the_logs_alone(tmp_path) -> None:
    stamps = pl.Series(range(40)).cast(pl.Datetime("ms", "UTC"))
    left = pl.DataFrame({"timestamp": stamps, "symbol": "A", "decision": "reject", "probability_up": 0.5})
    right = left.with_columns(probability_up=pl.when(pl.int_range(40) == 9).then(0.25).otherwise(0.5))
    fixture = shrink_pair(load_pair(CompareRequest(left, right)), tmp_path)
    assert fixture is not None
    assert fixture.config.decided is None
    assert {path.suffix for path in fixture.files} == {".csv", ".py", ".json"}
    assert "inputs.json" not in [path.name for path in fixture.files]
    done = run_written_test(tmp_path)
    assert (done.returncode, done.stdout.count("FAILED")) == (1, 1)


def test_hostile_names_stay_out_of_the_written_code(tmp_path) -> None:
    name = '"""\nimport os\n"""'
    stamps = pl.Series(range(2)).cast(pl.Datetime("ms", "UTC"))
    left = pl.DataFrame({"timestamp": stamps, "symbol": "../x", "decision": "reject", name: [1.0, 2.0]})
    fixture = shrink_pair(
        load_pair(CompareRequest(left, left.with_columns(pl.lit(9.0).alias(name)))), tmp_path
    )
    assert fixture is not None
    (test,) = tmp_path.glob("test_shrunk_*.py")
    assert "\nimport os" not in test.read_text()
    compile(test.read_text(), "written", "exec")
    assert run_written_test(tmp_path).returncode == 1
