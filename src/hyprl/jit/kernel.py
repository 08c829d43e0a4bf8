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

from hyprl.domain.arrays import Float64Array
from hyprl.domain.bars import BarSeries
from hyprl.errors import ConfigError, FeatureError, OutputError
from hyprl.features.pipeline import STEP_FAILURES
from hyprl.features.plan import FeaturePlan
from hyprl.files import atomic_write_text
from hyprl.jit.link import Bindings, Function, Linker
from hyprl.kernel import account, batch, observe, step
from hyprl.strategy import decide

INTERPRETED = "interpreted"
COMPILED = "compiled"
Announce = Callable[[str], None]


# What drivers call, in the order of the kernel's fields.
ENTRY_POINTS: tuple[Function, ...] = (
    observe.observe,
    observe.probability_of,
    decide.decide,
    step.judge,
    step.settle,
    account.flatten,
    batch.advance_headlines,
    batch.score_of,
    batch.run_features,
    batch.run_backtest,
)
LOOPS = (batch.run_features, batch.run_backtest)  # called once a run: what that call costs is lost in it


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

    `announce` is called once when a compilation is due (some seconds; later runs load it from the cache). With a user's
    own steps in the plan, the linked functions raise FeatureError when one fails or cannot be compiled.
    """
    compiled = default_mode() == COMPILED and mode == COMPILED
    cache = _cache_directory() if compiled else None
    bindings: dict[Function, Function] = {
        observe.features_step: _generated(plan, cache),
        observe.probability_step: probability_step,
    }
    linked = _compiled(plan, bindings, cache, announce) if compiled else _interpreted(bindings)
    if plan.has_foreign_steps:
        linked = [_naming_failures(function, plan, compiled) for function in linked]
    return Kernel(plan, compiled, *linked)


def _interpreted(bindings: Bindings) -> list[Function]:
    linker = Linker(bindings)
    return [linker.link(function) for function in ENTRY_POINTS]


def _compiled(
    plan: FeaturePlan, bindings: Bindings, cache: Path | None, announce: Announce
) -> list[Function]:
    from hyprl.jit.compile import Compiler

    folder, why = _kept_in(plan, bindings, cache)
    compiler = Compiler(folder, frozenset(loop.__code__ for loop in LOOPS), announce)
    if folder is None or not folder.is_dir():
        compiler.say(f"compiling the kernel{why}")
    linker = Linker(bindings, compiler.wrap)
    twins = [linker.link(function) for function in ENTRY_POINTS]
    return [
        twin if function in LOOPS else compiler.callable_from_python(function, twin, len(plan.nodes))
        for function, twin in zip(ENTRY_POINTS, twins, strict=True)
    ]


def _kept_in(plan: FeaturePlan, bindings: Bindings, cache: Path | None) -> tuple[Path | None, str]:
    """Return where this kernel's compiled code is kept, None for nowhere, and what to say of its compilation."""
    from hyprl.jit.compile import compiler_facts, folder_of
    from hyprl.jit.fingerprint import UnknownSourceError, source_hash

    if cache is None:
        return None, "; no cache directory is writable, so this is repeated at every start"
    try:
        digest = source_hash(list(ENTRY_POINTS), bindings, plan.source(), *compiler_facts())
    except UnknownSourceError as error:
        return None, f"; {error}, so this is repeated at every start"
    return folder_of(cache, digest), ", once for this version and configuration"


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
    exec(compile(source, str(path), "exec", dont_inherit=True), module.__dict__)  # noqa: S102  our own text, made from the plan
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


def _naming_failures(function: Function, plan: FeaturePlan, compiled: bool) -> Function:
    # Built-in steps are total; only a user's can fail, in the interpreter or in the compiler.
    failures: tuple[type[Exception], ...] = STEP_FAILURES
    if compiled:
        from hyprl.jit.numba_inside import Failure

        failures = (Failure, *STEP_FAILURES)

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
