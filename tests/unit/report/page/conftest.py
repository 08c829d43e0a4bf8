"""Pages to look at, and a headless Chromium to look with.

The browser is driven over the DevTools protocol's pipe: no port, no driver, no download.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from frames import compare
from hyprl.causes.findings import DivergentRun
from hyprl.report.page import PageContent, Side, render_page
from hyprl.report.worded import WordedExplanation, WordedFinding, WordedLocation

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--remote-debugging-pipe",
)
PATIENCE_SECONDS = 60.0


@dataclass(slots=True)
class Chromium:
    """One browser with one page. `events` holds every notification of the page since it was made."""

    binary: str
    profile: Path
    events: list[dict[str, Any]] = field(default_factory=list)
    _process: Any = None
    _write: int = -1
    _read: int = -1
    _buffer: bytes = b""
    _number: int = 0
    _session: str | None = None

    def __enter__(self) -> Chromium:
        child_reads, self._write = os.pipe()
        self._read, child_writes = os.pipe()
        # Chromium reads commands from descriptor 3 and answers on 4.
        shell = f'exec "$0" "$@" 3<&{child_reads} 4>&{child_writes}'
        self._process = subprocess.Popen(
            ["bash", "-c", shell, self.binary, *FLAGS, f"--user-data-dir={self.profile}"],
            pass_fds=(child_reads, child_writes),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(child_reads)
        os.close(child_writes)
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        return self

    def __exit__(self, *_: object) -> None:
        self._session = None
        self.call("Browser.close")
        self._process.wait(timeout=30)
        os.close(self._write)
        os.close(self._read)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Send one command; return its result."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        number = self._number
        answer = self._until(lambda got: got.get("id") == number)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer.get("result", {})

    def open(self, page: Path, *, width: int = 1100, dark: bool = False, scripts: bool = True) -> None:
        """Load a file at a viewport width, in a colour scheme, with or without scripts; wait for its load event."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=900,
            deviceScaleFactor=1,
            mobile=width < 500,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.events.clear()
        self.call("Page.navigate", url=page.as_uri())
        if not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self._until(lambda got: got.get("method") == "Page.loadEventFired")

    def run(self, expression: str) -> Any:
        """Evaluate JavaScript; return its value."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def press(self, key: str, code: int = 0) -> None:
        """Press and release one key."""
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)

    def screenshot(self, path: Path, *, whole: bool = True) -> None:
        """Write a PNG of the viewport, or of the whole page."""
        clip = {}
        if whole:
            size = self.call("Page.getLayoutMetrics")["cssContentSize"]
            clip = {"clip": {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}}
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole, **clip)
        path.write_bytes(base64.b64decode(shot["data"]))

    def _until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            while b"\0" in self._buffer:
                line, self._buffer = self._buffer.split(b"\0", 1)
                message = json.loads(line)
                if "method" in message:
                    self.events.append(message)
                if wanted(message):
                    return message
            if select.select([self._read], [], [], 1.0)[0]:
                self._buffer += os.read(self._read, 1 << 20)
        raise TimeoutError("the browser did not answer")


HOUR_US = 3_600_000_000
FIRST_US = 1_734_013_800_000_000  # 2024-12-12T14:30:00Z
FEATURES = 25


def log_of(bars: int, symbol: str = "NVDA") -> pl.DataFrame:
    """Return a log as an engine writes it: every tenth bar emits, long and short in turn."""
    number = np.arange(bars)
    emits = number % 10 == 5
    opens = (
        pl.Series("timestamp", FIRST_US + number * HOUR_US)
        .cast(pl.Datetime("us"))
        .dt.replace_time_zone("UTC")
    )
    way = np.where(number % 20 == 5, "long", "short")
    columns = {
        "symbol": [symbol] * bars,
        "decision": np.where(emits, "emit", "reject"),
        "direction": np.where(emits, way, "none"),
        "reason": np.where(emits, "emit", "threshold"),
        "probability_up": 0.5 + 0.1 * np.sin(number / 7.0),
        "expected_pnl": 10.0 + number % 7,
        "position_size": 20.0 + number % 5,
        "risk_amount": 100.0 + number % 3,
        "threshold_long": [0.55] * bars,
        "threshold_short": [0.45] * bars,
        "equity": 100_000.0 + 10.0 * number,
        "bar.close": 50.0 + np.cos(number / 50.0),
        "bar_hash": [f"{value:064x}" for value in number],
        "model_params_hash": ["a" * 64] * bars,
        "config_hash": ["b" * 64] * bars,
    }
    features = {f"indicator.f{place}": np.sin(number * 0.37 + place) for place in range(FEATURES)}
    return pl.DataFrame([opens]).with_columns(**{k: pl.Series(v) for k, v in (columns | features).items()})


def parted(log: pl.DataFrame, rows: list[int]) -> pl.DataFrame:
    """Return the log as another engine would write it: at these rows nothing is emitted and p is 0.01 lower."""
    here = pl.int_range(pl.len()).is_in(rows)
    return log.with_columns(
        decision=pl.when(here).then(pl.lit("reject")).otherwise("decision"),
        direction=pl.when(here).then(pl.lit("none")).otherwise("direction"),
        reason=pl.when(here).then(pl.lit("risk")).otherwise("reason"),
        probability_up=pl.when(here).then(pl.col("probability_up") - 0.01).otherwise("probability_up"),
    )


def content_of(
    left: pl.DataFrame,
    right: pl.DataFrame,
    stage: str = "live-ready",
    explanation: WordedExplanation | None = None,
) -> PageContent:
    """Return the page content of two logs."""
    sides = (Side("backtest", "left.jsonl", {"run": "one"}), Side("replay", "right.jsonl", {"run": "two"}))
    subject = left["symbol"][0] if left.height else "no symbol"
    facts = (("config", "b" * 64),)
    return PageContent("diff", subject, compare(left, right, stage), sides, facts, ("a note",), explanation)


@pytest.fixture
def make_log() -> Callable[..., pl.DataFrame]:
    """Make a log of so many bars."""
    return log_of


@pytest.fixture
def part() -> Callable[..., pl.DataFrame]:
    """Change a log at some rows."""
    return parted


@pytest.fixture
def make_content() -> Callable[..., PageContent]:
    """Compare two logs for a page."""
    return content_of


@pytest.fixture(scope="session")
def explanation() -> WordedExplanation:
    """Two causes measured, one only suspected, and a rest."""
    stamp = "2024-12-12T19:30:00Z"
    runs = (DivergentRun(stamp, stamp, 1),)
    where = WordedLocation(
        stamp, "NVDA", "decision", "decision", {"decision": 3}, runs, 0, 0, 3, ("no model hash",)
    )
    findings = (
        WordedFinding(
            "warmup",
            "counterfactual",
            0.97,
            "decays by half in 50 bars",
            "load a snapshot",
            0.75,
            0.9,
            stamp,
        ),
        WordedFinding("sizing_equity", "counterfactual", 0.8, "equity drifts", "inject equity", 0.5),
        WordedFinding("floating_point", "signature", 0.3, "looks rounded", "keep float64"),
    )
    return WordedExplanation(where, findings, -0.25, ("bars were not recorded",))


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """A headless Chromium, where there is one."""
    binary = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if binary is None:
        pytest.skip("no chromium on PATH; the page's browser tests need one (apt-get install chromium)")
    with Chromium(binary, tmp_path_factory.mktemp("chromium")) as running:
        yield running


@pytest.fixture(scope="session")
def broken_page(tmp_path_factory: pytest.TempPathFactory, explanation: WordedExplanation) -> Path:
    """The page of a broken comparison with everything on it, of a symbol that is a script."""
    hostile = "</script><script>window.ran=1</script><img src=x onerror=window.ran=1>"
    left = log_of(400, hostile)
    right = parted(left, [5, 15, 205]).filter(pl.int_range(pl.len()) != 300)
    path = tmp_path_factory.mktemp("page") / "broken.html"
    path.write_text(render_page(content_of(left, right, "exact", explanation)), encoding="utf-8")
    return path
