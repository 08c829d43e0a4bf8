"""The kernel of one run, linked: the functions that the drivers call, with the states they need.

Compiled code is kept in a cache directory named by the hash of everything that went into it (hyprl.jit.fingerprint),
so that an edit anywhere compiles anew and a stale binary cannot be loaded. numba's own index adds the CPU and its
features.
"""

from __future__ import annotations

import os
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from hyprl.domain.bars import BarSeries, Float64Array
from hyprl.errors import ConfigError, FeatureError, OutputError
from hyprl.features.pipeline import STEP_FAILURES
from hyprl.features.plan import FeaturePlan
from hyprl.files import atomic_write_text
from hyprl.jit.fingerprint import code_hash, source_hash
from hyprl.jit.link import Function, Linker
from hyprl.kernel import account, batch, observe, step
from hyprl.strategy import decide

INTERPRETED = "interpreted"
COMPILED = "compiled"
Announce = Callable[[str], None]
# IEEE division (a zero divisor gives inf or NaN, which no gate lets through); never fastmath.
OPTIONS: dict[str, Any] = {"error_model": "numpy", "forceinline": True, "no_cfunc_wrapper": True}
# Kernel code makes no arrays and keeps none: counting references to each state, bar by bar, took half its time.
UNCOUNTED: dict[str, Any] = {**OPTIONS, "_nrt": False}


@dataclass(frozen=True, slots=True)
class Kernel:
    """Linked functions of one feature plan and model kind. `compiled` says by whom they run."""

    plan: FeaturePlan
    compiled: bool
    observe: Function
    probability_of: Function
    decide: Function
    judge: Function
    settle: Function
    flatten: Function
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
    """Return `interpreted` where HYPRL_KERNEL or NUMBA_DISABLE_JIT ask for it, else `compiled`.

    Raises ConfigError for another value of HYPRL_KERNEL.
    """
    wanted = os.environ.get("HYPRL_KERNEL") or COMPILED
    if wanted not in (COMPILED, INTERPRETED):
        raise ConfigError(
            f"unknown kernel `{wanted}`", where="HYPRL_KERNEL", remedy="Use `compiled` or `interpreted`."
        )
    if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
        return INTERPRETED
    return wanted


def link_kernel(
    plan: FeaturePlan, probability_step: Function, mode: str = COMPILED, announce: Announce = lambda _: None
) -> Kernel:
    """Bind the feature plan and the model's evaluation into the kernel.

    `announce` is told once when a compilation is due (some seconds; later runs load it from the cache). With a user's
    own steps in the plan, the linked functions raise FeatureError when one fails or cannot be compiled.
    """
    compiled = default_mode() == COMPILED and mode == COMPILED
    cache = _cache_directory() if compiled else None
    bindings: dict[Function, Function] = {
        observe.features_step: _generated(plan, cache),
        observe.probability_step: probability_step,
    }
    entry_points: list[Function] = [
        observe.observe, observe.probability_of, decide.decide, step.judge, step.settle, account.flatten,
        batch.advance_headlines, batch.score_of,
        batch.run_features, batch.run_backtest,
    ]  # fmt: skip
    wrap = None
    if compiled:
        digest = source_hash(entry_points, bindings, plan.source(), repr(UNCOUNTED))
        entries = frozenset(function.__code__ for function in entry_points)
        wrap = _compiler(cache, digest, entries, announce)
    linker = Linker(bindings, wrap)
    linked = [linker.link(function) for function in entry_points]
    if compiled:
        linked = _direct(linked, entry_points, plan)
    if plan.has_foreign_steps:
        linked = [_naming_failures(function, plan, compiled) for function in linked]
    return Kernel(plan, compiled, *linked)


def _direct(linked: list[Function], plain: list[Function], plan: FeaturePlan) -> list[Function]:
    from hyprl.jit.direct import direct

    loops = (batch.run_features, batch.run_backtest)  # called once a run: what that call costs is lost in it
    return [
        twin if function in loops else direct(twin, function, len(plan.nodes))
        for twin, function in zip(linked, plain, strict=True)
    ]


def _cache_directory() -> Path | None:
    from hyprl.jit.cache import cache_directory

    return cache_directory()


def _generated(plan: FeaturePlan, cache: Path | None) -> Function:
    source = plan.source()
    path = Path("<features_step>")
    if cache is not None:
        path = _kept_source(source, cache) or path
    module = types.ModuleType("hyprl.features_step")
    module.__dict__.update({f"step_{index}": node.step for index, node in enumerate(plan.nodes)})
    exec(compile(source, str(path), "exec"), module.__dict__)  # noqa: S102  our own text, made from the plan
    function: Function = module.features_step
    return function


def _kept_source(source: str, cache: Path) -> Path | None:
    # numba keeps compiled code only of functions whose source is a file.
    from hyprl.jit.cache import GENERATED_ROOM

    path = cache / GENERATED_ROOM / f"features_{sha256(source.encode()).hexdigest()[:16]}.py"
    try:
        if not path.is_file():
            atomic_write_text(path, source)
    except OutputError:
        return None
    return path


def _compiler(
    cache: Path | None, digest: str, entries: frozenset[types.CodeType], announce: Announce
) -> Callable[[Function], Function]:
    # Only `entries` are called from Python: a way in for every inner function took a third of the compilation.
    import numba

    import hyprl.jit.records  # noqa: F401  numba learns to write rows
    from hyprl.jit.cache import COMPILED_ROOM, keep_compiled

    told: set[str] = set()

    def once(message: str) -> None:
        if message not in told:
            told.add(message)
            announce(message)

    kept = cache / COMPILED_ROOM / f"{numba.__version__}-{digest[:24]}" if cache is not None else None
    if kept is None:
        once("compiling the kernel; no cache directory is writable, so this is repeated at every start")
    elif not kept.is_dir():
        once("compiling the kernel, once for this version and configuration")

    def wrap(function: Function) -> Function:
        function.__qualname__ = f"{function.__name__}_{code_hash(function)[:8]}"
        own = str(function.__globals__.get("__name__")).startswith("hyprl.")
        options = {**(UNCOUNTED if own else OPTIONS), "no_cpython_wrapper": function.__code__ not in entries}
        dispatcher: Function = numba.njit(**options)(function)
        if kept is not None and not keep_compiled(dispatcher, function, kept, once):
            once(f"`{function.__name__}` has no source file, so it is compiled at every start")
        return dispatcher

    return wrap


def _naming_failures(function: Function, plan: FeaturePlan, compiled: bool) -> Function:
    # Built-in steps are total; only a user's can fail, in the interpreter or in the compiler.
    failures: tuple[type[Exception], ...] = STEP_FAILURES
    if compiled:
        from numba.core.errors import NumbaError

        failures = (NumbaError, *STEP_FAILURES)

    def named(*arguments: object) -> Any:
        try:
            return function(*arguments)
        except failures as error:
            raise _step_failure(error, plan) from error

    return named


def _step_failure(error: Exception, plan: FeaturePlan) -> FeatureError:
    lines = [line.strip() for line in str(error).splitlines()]
    telling = [
        line for line in lines if line and not line.startswith(("Failed in", "During", "- ", "~", "<"))
    ]
    return FeatureError(
        f"a feature step failed ({type(error).__name__}: {'; '.join(telling[:2])})",
        where=plan.preset,
        remedy="Mend the step: plain Python that numba compiles, helpers imported by name (docs/add-a-feature.md).",
    )


__all__ = ["COMPILED", "INTERPRETED", "Kernel", "default_mode", "link_kernel"]
