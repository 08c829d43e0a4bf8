"""How the lab asks for an explanation: the entrance that `hyprl explain` uses."""

from __future__ import annotations

from hyprl.causes.explain import explain
from hyprl.causes.findings import Explanation, Redecide
from hyprl.lab.lab import Log
from hyprl.redecide import Recording, redecide_from_recordings


def explained(left: Log, right: Log) -> Explanation:
    """Explain two logs with all that they hold. Raises HyprLError children for logs that cannot be explained."""
    return explain(left.frame, right.frame, redecide=_redecide(left, right))


def explained_plainly(left: Log, right: Log) -> Explanation:
    """Explain two logs by signatures alone."""
    return explain(left.frame, right.frame)


def _redecide(left: Log, right: Log) -> Redecide:
    return redecide_from_recordings(
        Recording(left.frame, left.facts, "the left log"),
        Recording(right.frame, right.facts, "the right log"),
    )
