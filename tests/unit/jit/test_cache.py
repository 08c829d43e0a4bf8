"""The compiled kernel between processes: kept, never stale, never trusted when damaged."""

import textwrap

import pytest

from hyprl.jit.cache import VerifiedFiles

PROGRAM = """
import os, resource, sys
if "LIMIT_FILES_TO" in os.environ:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(os.environ["LIMIT_FILES_TO"]), resource.RLIM_INFINITY))
sys.path.insert(0, ".")
import my_step
import numpy as np
from hyprl.domain.bars import BarSeries
from hyprl.features.plan import make_plan
from hyprl.features.registry import register_preset
from hyprl.jit.kernel import link_kernel
from hyprl.model.evaluate import logistic_probability

register_preset("mine", ("mine", "range_pct"))
kernel = link_kernel(make_plan("mine"), logistic_probability, announce=lambda text: print("SAID", text))
times, prices = np.arange(1, 4), np.full(3, 50.0)
series = BarSeries("TEST", "made", times, times, times, times * 0, prices, prices, prices, prices, prices)
print("COMPILED" if kernel.compiled else "INTERPRETED", kernel.feature_frame(series)[0, 0] / series.close[0])
"""
STEP = """
import my_numbers
from my_helper import scaled
from hyprl.features.registry import register_feature

def step(state, bar):
    return scaled(bar.close) * my_numbers.FACTOR

register_feature("mine", step, state_size=0, bars_needed=1)
"""


@pytest.fixture
def project(tmp_path, run_python):
    """A user's three files and a program that links them compiled; `run(**files)` edits some first."""
    files = {
        "my_step": STEP,
        "my_helper": "def scaled(value):\n    return value * 2.0\n",
        "my_numbers": "FACTOR = 1.0\n",
    }

    def run(environment=None, **edited):
        for name, text in {**files, **edited}.items():
            path = tmp_path / f"{name}.py"
            if not path.exists() or path.read_text() != text:
                path.write_text(text)
        done = run_python("-B", "-c", PROGRAM, **(environment or {}))
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_compiled_code_is_kept_and_the_compilation_announced_once(project, tmp_path):
    first = project()
    kept = sorted((path, path.stat().st_mtime_ns) for path in tmp_path.glob("cache/compiled/**/*.nbc"))
    assert "SAID compiling the kernel, once" in first and "COMPILED 2.0" in first
    assert project() == "COMPILED 2.0\n"
    assert kept == sorted(
        (path, path.stat().st_mtime_ns) for path in tmp_path.glob("cache/compiled/**/*.nbc")
    )


@pytest.mark.parametrize(
    ("edited", "expected"),
    [
        ({"my_helper": "def scaled(value):\n    return value * 7.0\n"}, 7.0),
        ({"my_numbers": "FACTOR = 5.0\n"}, 10.0),
        ({"my_step": STEP.replace("* my_numbers", "/ 4.0 * my_numbers")}, 0.5),
    ],
    ids=["helper", "constant", "step"],
)
def test_an_edit_in_any_source_file_compiles_anew(edited, expected, project):
    project()
    assert f"COMPILED {expected}" in project(**edited)
    assert project() == "COMPILED 2.0\n"


def halved(data):
    return data[: len(data) // 2]


def flipped(data):
    return data[:-9] + bytes([data[-9] ^ 1]) + data[-8:]


DAMAGES = {
    "empty": lambda _data: b"",
    "truncated": halved,
    "garbage": lambda _data: b"\0" * 99,
    "one bit": flipped,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize("suffix", ["nbi", "nbc"])
def test_a_damaged_file_holds_nothing(suffix, damage, tmp_path):
    files = VerifiedFiles(str(tmp_path), "step", "stamp")
    files.save("key", ["code"])
    assert VerifiedFiles(str(tmp_path), "step", "stamp").load("key") == ["code"]
    (path,) = tmp_path.glob(f"*.{suffix}")
    path.write_bytes(damage(path.read_bytes()))
    assert files.load("key") is None
    files.save("key", ["code"])
    assert files.load("key") == ["code"]


def test_code_of_one_key_is_never_served_under_another(tmp_path):
    files = VerifiedFiles(str(tmp_path), "step", "stamp")
    files.save("generic", ["slow"])
    (tmp_path / "step.nbi").unlink()
    files.save("native", ["fast"])
    assert files.load("native") == ["fast"] and files.load("generic") is None


def test_an_index_of_another_source_holds_nothing(tmp_path):
    VerifiedFiles(str(tmp_path), "step", "yesterday").save("key", ["code"])
    assert VerifiedFiles(str(tmp_path), "step", "today").load("key") is None


@pytest.mark.parametrize("damage", [halved, flipped], ids=["truncated", "one bit"])
def test_damaged_cache_files_cost_a_compilation_and_no_more(damage, project, tmp_path):
    project()
    for path in tmp_path.glob("cache/compiled/**/*.nb?"):
        path.write_bytes(damage(path.read_bytes()))
    assert "COMPILED 2.0" in project()
    assert project() == "COMPILED 2.0\n"


def test_a_full_disk_costs_a_compilation_and_says_so(project):
    said = project({"LIMIT_FILES_TO": "3000"})
    assert "SAID the compiled kernel cannot be kept" in said and "COMPILED 2.0" in said


def test_files_where_cache_directories_should_be_do_not_stop_a_run(project, tmp_path):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "compiled").write_text("in the way")
    said = project()
    assert "no cache directory is writable" in said and "COMPILED 2.0" in said


def test_without_a_writable_directory_it_compiles_at_every_start_and_says_so(project, tmp_path):
    (tmp_path / "file").write_text("")
    said = project({"HYPRL_CACHE_DIR": str(tmp_path / "file" / "below")})
    assert "no cache directory is writable" in said and "COMPILED 2.0" in said


def test_a_user_without_a_home_directory_still_compiles(project):
    said = project({"HYPRL_CACHE_DIR": "", "XDG_CACHE_HOME": "/proc/nowhere", "HOME": "/proc/nowhere"})
    assert "no cache directory is writable" in said and "COMPILED 2.0" in said


def test_a_step_without_a_file_is_compiled_at_every_start_and_never_stale(run_python):
    def run(factor):
        step = f"""
        from hyprl.features.registry import register_feature
        def step(state, bar):
            return bar.close * {factor}
        register_feature("mine", step, state_size=0, bars_needed=1)
        """
        program = textwrap.dedent(step) + PROGRAM.replace("import my_step", "")
        return run_python("-c", program).stdout

    assert "COMPILED 3.0" in (said := run(3.0))
    assert "`step` has no source that can be read" in said
    assert "COMPILED 8.0" in run(8.0)
    assert "COMPILED 3.0" in run(3.0)


@pytest.mark.parametrize(
    "environment", [{"NUMBA_DISABLE_JIT": "1"}, {"HYPRL_KERNEL": "interpreted"}], ids=lambda e: next(iter(e))
)
def test_either_variable_gives_the_interpreted_kernel_and_no_cache(environment, project, tmp_path):
    assert project(environment) == "INTERPRETED 2.0\n"
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    "environment", [{"NUMBA_DISABLE_JIT": "0"}, {"HYPRL_KERNEL": "compiled"}, {"HYPRL_KERNEL": ""}]
)
def test_other_settings_leave_it_compiled(environment, project):
    assert "COMPILED 2.0" in project(environment)
