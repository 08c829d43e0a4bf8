"""Who runs the kernel."""

import pytest

from hyprl.errors import ConfigError
from hyprl.jit.kernel import COMPILED, INTERPRETED, default_mode


def test_an_unknown_kernel_is_an_error_that_names_the_variable(monkeypatch):
    monkeypatch.setenv("HYPRL_KERNEL", "fast")
    with pytest.raises(ConfigError, match=r"(?s)HYPRL_KERNEL: unknown kernel `fast`.*interpreted"):
        default_mode()


@pytest.mark.parametrize(
    ("kernel", "disable", "mode"),
    [
        ("", "", COMPILED), ("compiled", "0", COMPILED), ("interpreted", "", INTERPRETED),
        ("compiled", "1", INTERPRETED), ("", "1", INTERPRETED),
    ],
)  # fmt: skip
def test_both_variables_are_read(kernel, disable, mode, monkeypatch):
    monkeypatch.setenv("HYPRL_KERNEL", kernel)
    monkeypatch.setenv("NUMBA_DISABLE_JIT", disable)
    assert default_mode() == mode


def test_an_interpreted_kernel_holds_lists_and_a_compiled_one_arrays(link):
    assert type(link("rsi_7").new_row()) is list
    assert type(link("rsi_7", compiled=True).new_row()).__name__ == "ndarray"


def test_plans_in_one_process_do_not_collide(link, embedded):
    bars = embedded.slice(0, 50)
    for names in (("rsi_7", "atr_3"), ("atr_3", "rsi_7"), ("rsi_8", "atr_4")):
        compiled, interpreted = link(*names, compiled=True), link(*names)
        assert compiled.feature_frame(bars).tobytes() == interpreted.feature_frame(bars).tobytes()
