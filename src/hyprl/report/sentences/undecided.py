"""Why no bar of two traces could be decided again, in words."""

from __future__ import annotations

from hyprl.redecide.decided_again import Undecided

_LINES = {
    Undecided.NO_SHARED_BAR: "one side does not have the bar at which they part",
    Undecided.NOT_FOLLOWING: "the recorded decisions do not follow from what was recorded",
    Undecided.NO_EFFECT: "no recorded input in which the sides differ changes what this bar decides",
}


def undecided_line(why: Undecided) -> str:
    """Say why."""
    return _LINES[why]
