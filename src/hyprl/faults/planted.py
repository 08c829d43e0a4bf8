"""The five causes of the remediation plan, each as other parts for the live side. No trace is ever edited."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from hyprl.bootstrap.wiring import LiveOverrides, Run
from hyprl.domain.bars import ClosedBar, Float64Array
from hyprl.errors import ArtifactError
from hyprl.features.pipeline import FeatureFrameSnapshot
from hyprl.features.plan import FeaturePlan
from hyprl.features.stores import BacktestFeatureStore, FeatureStore
from hyprl.jit.kernel import INTERPRETED, link_kernel
from hyprl.model.artifact import PROBABILITY_FUNCTIONS, ProbabilityModel
from hyprl.model.evaluate import HEADER
from hyprl.model.layout import LOGISTIC
from hyprl.risk.manager import EquityContext

DRIFT_PER_BAR = 1e-4
SHORT_PREROLL_BARS = 30


class AlteredStore:
    """A store that hands out other rows than the one it wraps."""

    def __init__(self, store: FeatureStore, alter: Callable[[Sequence[float]], Sequence[float]]) -> None:
        self._store = store
        self._alter = alter

    @property
    def plan(self) -> FeaturePlan:
        """Return the wrapped store's plan."""
        return self._store.plan

    def push(self, closed: ClosedBar) -> tuple[Sequence[float], bool]:
        """Return the altered row; it is ready when it holds no NaN."""
        row, _ = self._store.push(closed)
        altered = self._alter([float(value) for value in row])
        return altered, all(value == value for value in altered)

    def snapshot(self, symbol: str) -> FeatureFrameSnapshot:
        """Freeze the wrapped store."""
        return self._store.snapshot(symbol)

    def restore(self, snapshot: FeatureFrameSnapshot) -> None:
        """Continue the wrapped store."""
        self._store.restore(snapshot)


class PreviousRow:
    """Returns the row of the bar before."""

    def __init__(self) -> None:
        self._last: Sequence[float] | None = None

    def __call__(self, row: Sequence[float]) -> Sequence[float]:
        """Swap in the last row."""
        previous, self._last = self._last, row
        return [float("nan")] * len(row) if previous is None else previous


class DriftingEquity:
    """Reads an account that drifts away from the simulated one, bar by bar."""

    name = "account"

    def __init__(self, context: EquityContext) -> None:
        self._context = context
        self._bars = 0

    def equity_at(self, open_utc_us: int, account_equity: float) -> float:
        """Return the equity, off by a further ten-thousandth each bar."""
        self._bars += 1
        return self._context.equity_at(open_utc_us, account_equity) * (1.0 + DRIFT_PER_BAR * self._bars)


def to_float32(row: Sequence[float]) -> Sequence[float]:
    """Round every feature to float32 and back."""
    return struct.unpack(f"<{len(row)}f", struct.pack(f"<{len(row)}f", *row))


def refitted_scaler(run: Run) -> Callable[[ProbabilityModel], ProbabilityModel]:
    """Return a model whose means and scales come from the window itself, its coefficients unchanged."""
    kernel = link_kernel(run.plan, PROBABILITY_FUNCTIONS[run.model.kind], INTERPRETED)
    frame = BacktestFeatureStore(kernel).frame(run.window.series)
    return lambda model: replace(model, weights=_rescaled(model, frame.values[run.window.start :]))


def _rescaled(model: ProbabilityModel, rows: Float64Array) -> tuple[float, ...]:
    width = len(model.feature_names)
    rows = rows[np.isfinite(rows).all(axis=1), :width]
    if model.kind != LOGISTIC or not len(rows):
        raise ArtifactError(
            f"a {model.kind} model has no scaler to refit, or the window no features",
            where="refitted-scaler",
            remedy="Plant another fault, or check a logistic model.",
        )
    weights = list(model.weights)
    deviation = rows.std(axis=0)
    scales = np.where(deviation > 0.0, 1.0 / np.where(deviation > 0.0, deviation, 1.0), 1.0)
    weights[HEADER : HEADER + width] = rows.mean(axis=0).tolist()
    weights[HEADER + width : HEADER + 2 * width] = scales.tolist()
    return tuple(weights)


PLANTS: dict[str, Callable[[Run], LiveOverrides]] = {
    "shifted-cache": lambda _run: LiveOverrides(store=lambda store: AlteredStore(store, PreviousRow())),
    "short-preroll": lambda _run: LiveOverrides(preroll_bars=SHORT_PREROLL_BARS),
    "refitted-scaler": lambda run: LiveOverrides(model=refitted_scaler(run)),
    "drifting-equity": lambda _run: LiveOverrides(equity=DriftingEquity),
    "float32-features": lambda _run: LiveOverrides(store=lambda store: AlteredStore(store, to_float32)),
}
