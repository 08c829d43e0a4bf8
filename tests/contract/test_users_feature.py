"""The documented example: its values, and the whole check with it as a model column."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hyprl.embedded import __file__ as embedded_package

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "my_feature.py"
DEFAULT = Path(embedded_package).with_name("nvda-1h.toml")


def test_the_example_equals_pandas(embedded, values):
    close = pd.Series(embedded.close)
    expected = (close / close.rolling(20).min() - 1.0).to_numpy()
    np.testing.assert_array_equal(values("above_low_20", embedded), expected)


@pytest.fixture
def check(tmp_path):
    """Run `hyprl check` with a config that adds columns; return exit code, JSON if any, and what it said."""

    def run(add: str, modules: str):
        text = DEFAULT.read_text("utf-8")
        text = text.replace("add = []", f"add = {add}").replace("modules = []", f"modules = {modules}")
        (tmp_path / "my.toml").write_text(text)
        command = [
            sys.executable,
            "-m",
            "hyprl",
            "check",
            "--config",
            "my.toml",
            "--out",
            "out",
            "--json",
            "r.json",
        ]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        result = tmp_path / "r.json"
        return done.returncode, json.loads(result.read_text()) if result.exists() else None, done.stderr

    return run


def test_a_check_with_a_users_feature_is_kept(check, tmp_path):
    code, result, said = check('["above_low_20"]', json.dumps([str(EXAMPLE)]))
    assert (code, result and result["verdict"]) == (0, "kept"), said
    trace = next((tmp_path / "out" / "parity_traces").glob("*replay*.jsonl")).read_text().splitlines()
    assert "above_low_20" in json.loads(trace[-1])["indicators"]


def test_a_column_that_no_module_registers_is_named(check):
    code, _, said = check('["above_low_21"]', json.dumps([str(EXAMPLE)]))
    assert code == 2 and "unknown feature `above_low_21`" in said and "Traceback" not in said


def test_a_module_that_is_not_there_is_named(check):
    code, _, said = check("[]", '["missing.py"]')
    assert code == 2 and "cannot import `missing.py`" in said and "Traceback" not in said


@pytest.mark.parametrize(
    ("body", "telling"),
    [
        ("return bar.clos", "a feature step failed"),
        ("return undefined_name", "a feature step failed"),
        ("return {'a': 1.0}", "a feature step failed"),
    ],
)
def test_a_broken_step_is_a_named_error_without_a_traceback(body, telling, check, tmp_path):
    (tmp_path / "broken.py").write_text(
        "from hyprl.features.registry import register_feature\n"
        f"def step(state, bar):\n    {body}\n"
        "register_feature('broken', step, state_size=1, bars_needed=1)\n"
    )
    code, _, said = check('["broken"]', '["broken.py"]')
    assert code == 2 and telling in said and "Traceback" not in said
    assert "internal error" not in said
