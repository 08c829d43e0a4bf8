"""A replay killed with SIGKILL at any moment and started again ends in the very bytes of the undisturbed one.

HYPRL_KILLS sets how many kills each test makes (12 by default).
"""

import os
import random
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

KILLS = int(os.environ.get("HYPRL_KILLS", "12"))
ROOT = Path(__file__).resolve().parents[2]
SETTLE_SECONDS = 120.0

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL is a POSIX signal")


@dataclass(frozen=True)
class Job:
    """One replay command; `name` tells apart the files of its attempts."""

    folder: Path
    name: str
    arguments: tuple[str, ...]

    def start(self) -> subprocess.Popen[bytes]:
        files = ["--state", f"{self.name}.state", "--trace", self.trace.name, "--json", self.result.name]
        return subprocess.Popen(
            [sys.executable, "-m", "hyprl", "replay", *self.arguments, *files],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def finish(self) -> str:
        process = self.start()
        _, said = process.communicate(timeout=SETTLE_SECONDS)
        assert process.returncode == 0, said.decode()
        return said.decode()

    @property
    def trace(self) -> Path:
        return self.folder / f"{self.name}.jsonl"

    @property
    def result(self) -> Path:
        return self.folder / f"{self.name}.json"

    @property
    def state(self) -> Path:
        return self.folder / f"{self.name}.state" / "state.json"


def test_the_embedded_year_survives_sigkill(tmp_path: Path) -> None:
    _survives(tmp_path, (), seed=1)


@pytest.mark.real
def test_the_real_year_survives_sigkill(tmp_path: Path) -> None:
    bars = Path(os.environ.get("HYPRL_REAL_BARS", ROOT.parent / "shared" / "data")) / "bars_1h" / "NVDA.csv"
    if not bars.is_file():
        pytest.skip("the real bars are not here; set HYPRL_REAL_BARS")
    train = ["train", "--bars", str(bars), "--symbol", "NVDA", "--end", "2024-12-12", "--out", "m.pkl"]
    subprocess.run([sys.executable, "-m", "hyprl", *train], cwd=tmp_path, check=True, capture_output=True)
    _survives(tmp_path, ("--bars", str(bars), "--symbol", "NVDA", "--model", "m.pkl"), seed=2)


def _survives(folder: Path, arguments: tuple[str, ...], seed: int) -> None:
    whole = Job(folder, "whole", arguments)
    began = time.monotonic()
    whole.finish()
    seconds = time.monotonic() - began
    random_source = random.Random(seed)
    kills, resumed, attempt = 0, 0, 0
    while kills < KILLS:
        job = Job(folder, f"killed{attempt}", arguments)
        while kills < KILLS and _killed(job, whole, random_source, seconds):
            kills += 1
            resumed += job.state.is_file()
        job.finish()
        assert job.trace.read_bytes() == whole.trace.read_bytes()
        assert job.result.read_bytes() == whole.result.read_bytes()
        attempt += 1
    assert resumed, "no kill came after the first bar"


def _killed(job: Job, whole: Job, random_source: random.Random, seconds: float) -> bool:
    """Kill one attempt at a random time, or once its trace has grown to a random length; False if it ended first."""
    by_time = random_source.random() < 0.5
    wait = random_source.uniform(0.0, seconds)
    length = random_source.uniform(0.0, whole.trace.stat().st_size)
    process = job.start()
    began = time.monotonic()
    while process.poll() is None:
        grown = job.trace.stat().st_size if job.trace.is_file() else 0
        if (time.monotonic() - began >= wait) if by_time else (grown >= length):
            process.kill()
            break
        time.sleep(0.0005)
    process.communicate(timeout=SETTLE_SECONDS)
    return process.returncode != 0
