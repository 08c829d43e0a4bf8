"""Every fault that the lab can plant, gathered from the modules that declare them: by cause, then by module."""

from __future__ import annotations

from itertools import pairwise
from math import isfinite, sqrt

from hyprl.causes.cause import Cause
from hyprl.lab import in_account, in_feed, in_model, in_settings, in_store, in_warmup
from hyprl.lab.fault import DECLARED, Declared, Fault, Level

# Faults of one cause stand in this order in lists and on the scoreboard; inside a module as they are declared.
_ROOMS = (in_store, in_warmup, in_model, in_feed, in_settings, in_account)
_ROOM_ORDER = tuple(room.__name__ for room in _ROOMS)
_CAUSE_ORDER = tuple(Cause)


def _place(declared: Declared) -> tuple[int, int]:
    return _CAUSE_ORDER.index(declared.fault.cause), _ROOM_ORDER.index(declared.module)


FAULTS: tuple[Fault, ...] = tuple(declared.fault for declared in sorted(DECLARED.values(), key=_place))
BY_NAME = {fault.name: fault for fault in FAULTS}


def find_fault(label: str) -> tuple[Fault, Level]:
    """Return the fault and level of `name` (its usual level) or `name:level`.

    Where levels are numbers any other number goes, where they are columns any column. Raises KeyError for an unknown
    name or level.
    """
    name, _, level = label.partition(":")
    fault = BY_NAME[name]
    if not level:
        return fault, fault.levels[0]
    usual = dict(zip(map(str, fault.levels), fault.levels, strict=True))
    if level in usual or fault.other_columns:
        return fault, usual.get(level, level)
    return fault, _other_number(fault, level)


def _other_number(fault: Fault, text: str) -> Level:
    if any(isinstance(level, str) for level in fault.levels):
        raise KeyError(text)
    try:
        number = int(text) if all(isinstance(level, int) for level in fault.levels) else float(text)
    except ValueError as error:
        raise KeyError(text) from error
    signed = any(float(level) < 0.0 for level in fault.levels)
    if not isfinite(number) or (number < 0 and not signed) or (number == 0 and isinstance(number, int)):
        raise KeyError(text)
    return number


def held_out_levels(fault: Fault) -> tuple[Level, ...]:
    """Return levels that nobody tuned anything to: between neighbouring numbers, or other columns."""
    if fault.other_columns:
        return fault.other_columns
    numbers = sorted(level for level in fault.levels if not isinstance(level, str) and level > 0)
    whole = all(isinstance(number, int) for number in numbers)
    between = [sqrt(low * high) for low, high in pairwise(numbers)]
    rounded = [round(level) if whole else float(f"{level:.3g}") for level in between]
    return tuple(dict.fromkeys(level for level in rounded if level not in fault.levels))
