"""The same traces, byte for byte, whoever generates the code, whichever libm, and with the kernel interpreted.

One model file for all; each mode is a fresh process. Compiled code is shared per CPU name, so that the second mode
with native code costs no compilation.
"""

import os
import platform
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from hyprl.usecases.models import embedded_artifact

MODES = {
    "generic code": {"NUMBA_CPU_NAME": "generic"},
    "glibc without FMA and AVX2": {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-FMA,-AVX2,-FMA4,-AVX512F"},
    "interpreted": {"HYPRL_KERNEL": "interpreted"},
    "jit disabled": {"NUMBA_DISABLE_JIT": "1"},
}


@pytest.fixture(scope="module")
def check(tmp_path_factory):
    """Check the embedded year in a fresh process; return the hash of every trace that it wrote."""
    folder = tmp_path_factory.mktemp("modes")

    def run(name: str, environment: dict[str, str]) -> dict[str, str]:
        out = folder / name.replace(" ", "_")
        inherited = {
            key: value for key, value in os.environ.items() if not key.startswith(("HYPRL_", "NUMBA_"))
        }
        done = subprocess.run(
            [sys.executable, "-m", "hyprl", "check", "--model", str(embedded_artifact()), "--out", str(out)],
            cwd=folder,
            env={**inherited, "HYPRL_CACHE_DIR": str(folder / "cache"), **environment},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        traces = Path(out, "parity_traces").glob("*.jsonl")
        return {path.name: sha256(path.read_bytes()).hexdigest() for path in traces}

    return run


@pytest.fixture(scope="module")
def default(check):
    return check("default", {})


def test_the_default_mode_writes_both_sides_of_both_windows(default):
    assert len(default) == 4 and len(set(default.values())) == 4


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
def test_another_mode_writes_the_same_bytes(mode, check, default):
    if "GLIBC_TUNABLES" in MODES[mode] and (
        platform.libc_ver()[0] != "glibc" or platform.machine() != "x86_64"
    ):
        pytest.skip("the tunable names x86-64 features of glibc")
    assert check(mode, MODES[mode]) == default
