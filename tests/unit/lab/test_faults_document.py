"""docs/faults.md has every fault and control, with the cause, step and levels that the catalogue gives."""

from pathlib import Path

import pytest

from hyprl.lab.catalogue import FAULTS
from hyprl.lab.controls import CONTROLS
from hyprl.lab.fault import Fault

DOCUMENT = (Path(__file__).resolve().parents[3] / "docs" / "faults.md").read_text("utf-8")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_the_table_has_the_fault(fault: Fault):
    levels = ", ".join(f"`{level}`" for level in fault.levels)
    assert f"| `{fault.name}` | {fault.cause} | {fault.step} | {levels} | {fault.complaint} |" in DOCUMENT


def test_the_table_has_every_control():
    assert all(f"| `{control.name}` | {control.what} |" in DOCUMENT for control in CONTROLS)
