"""The kernel of one run, linked: the functions that the drivers call, with the states they need.

Compiled code is kept in a cache directory named by the hash of every source file that went into it, so that an edit
anywhere compiles anew and a stale binary cannot be loaded. numba's own index adds the CPU and its features.
"""

from __future__ import annotations

import os
import tempfile
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hyprl.domain.bars import BarSeries, Float64Array
from hyprl.features.plan import FeaturePlan
from hyprl.files import atomic_write_text
from hyprl.jit.link import Function, Linker, source_hash
from hyprl.kernel import account, batch, step

INTERPRETED = "interpreted"
COMPILED = "compiled"
Announce = Callable[[str], None]
# IEEE division (a zero divisor gives inf or NaN, which no gate lets through); never fastmath.
OPTIONS: dict[str, Any] = {"error_model": "numpy", "forceinline": True}


@dataclass(frozen=True, slots=True)
class Kernel:
    """Linked functions of one feature plan and model kind. `compiled` says by whom they run."""

    plan: FeaturePlan
    compiled: bool
    observe: Function
    decide_bar: Function
    context_of: Function
    advance_account: Function
    place_entry: Function
    flatten: Function
    open_account: Function
    advance_headlines: Function
    score_of: Function
    run_features: Function
    run_backtest: Function

    def new_states(self) -> tuple[object, ...]:
        """Return zeroed feature states: arrays for the compiled kernel, lists for the interpreted one."""
        sizes = [max(node.state_size, 1) for node in self.plan.nodes]
        if self.compiled:
            return tuple(np.zeros(size) for size in sizes)
        return tuple([0.0] * size for size in sizes)

    def new_row(self) -> Any:
        """Return room for one row of features."""
        return self.vector([0.0] * len(self.plan.columns))

    def feature_frame(self, series: BarSeries) -> Float64Array:
        """Return every feature of every bar, float64 (bars, columns), started cold."""
        frame = np.empty((len(series), len(self.plan.columns)))
        self.run_features(batch.bar_columns(series), self.new_states(), frame)
        return frame

    def vector(self, values: Sequence[float]) -> Any:
        """Return values as this kernel reads them."""
        if self.compiled:
            return np.array(values, dtype=np.float64)
        return [float(value) for value in values]


def default_mode() -> str:
    """Return `interpreted` where HYPRL_KERNEL or NUMBA_DISABLE_JIT ask for it, else `compiled`."""
    if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
        return INTERPRETED
    return os.environ.get("HYPRL_KERNEL", COMPILED)


def link_kernel(
    plan: FeaturePlan, probability_step: Function, mode: str = COMPILED, announce: Announce = lambda _: None
) -> Kernel:
    """Bind the feature plan and the model's evaluation into the kernel.

    `announce` is told once when a compilation is due (some seconds; later runs load it from the cache).
    """
    cache = cache_directory()
    features_step = _generated(plan, cache)
    bindings = {
        "features_step": features_step,
        "probability_step": probability_step,
        **{f"step_{index}": node.step for index, node in enumerate(plan.nodes)},
    }
    compiled = mode == COMPILED and default_mode() == COMPILED
    entry_points: list[Function] = [
        step.observe, step.decide_bar, step.context_of, account.advance_account, account.place_entry,
        account.flatten, account.open_account, batch.advance_headlines, batch.score_of,
        batch.run_features, batch.run_backtest,
    ]  # fmt: skip
    wrap = (
        _compiler(cache, source_hash(entry_points, bindings, plan.source(), repr(OPTIONS)), announce)
        if compiled
        else None
    )
    linker = Linker(bindings, wrap)
    return Kernel(plan, compiled, *[linker.link(function) for function in entry_points])


def cache_directory() -> Path | None:
    """Return the first writable of HYPRL_CACHE_DIR, XDG_CACHE_HOME/hyprl and ~/.cache/hyprl, or None."""
    if "HYPRL_CACHE_DIR" in os.environ:
        places = [Path(os.environ["HYPRL_CACHE_DIR"])]
    else:
        places = [Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "hyprl"]
    for place in places:
        try:
            place.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=place):
                return place
        except OSError:
            continue
    return None


def _generated(plan: FeaturePlan, cache: Path | None) -> Function:
    source = plan.source()
    path = Path("<features_step>")
    if cache is not None:
        digest = source_hash([], {}, source)[:16]
        path = cache / "generated" / f"features_{digest}.py"
        if not path.is_file():
            atomic_write_text(path, source)
    module = types.ModuleType("features_step")
    exec(compile(source, str(path), "exec"), module.__dict__)  # noqa: S102  our own text, made from the plan
    function: Function = module.features_step
    return function


def _compiler(cache: Path | None, digest: str, announce: Announce) -> Callable[[Function], Function]:
    import numba

    settings: Any = numba.config

    numba_cache = cache / "compiled" / f"{numba.__version__}-{digest[:24]}" if cache is not None else None
    if numba_cache is None:
        announce("compiling the kernel; no cache directory is writable, so this is repeated at every start")
    elif not numba_cache.is_dir():
        announce("compiling the kernel, once for this version and configuration")

    def wrap(function: Function) -> Function:
        if numba_cache is None:
            compiled: Function = numba.njit(**OPTIONS)(function)
            return compiled
        before = settings.CACHE_DIR
        settings.CACHE_DIR = str(numba_cache)
        try:
            cached: Function = numba.njit(cache=True, **OPTIONS)(function)
            return cached
        finally:
            settings.CACHE_DIR = before

    return wrap


__all__ = ["COMPILED", "INTERPRETED", "Kernel", "default_mode", "link_kernel"]
