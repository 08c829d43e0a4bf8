"""How the lab asks for an explanation: the entrance that `hyprl explain` uses."""

from __future__ import annotations

from hyprl.faults.lab import Log
from hyprl.parity.diff import diff_logs
from hyprl.parity.findings import Explanation
from hyprl.parity.normalise import normalise
from hyprl.parity.where import locate


def explained(left: Log, right: Log) -> Explanation:
    """Explain two logs with all that they hold. Raises HyprLError children for logs that cannot be explained."""
    diff = diff_logs(normalise(left.frame, "the left log"), normalise(right.frame, "the right log"))
    return Explanation(locate(diff), ())


def explained_plainly(left: Log, right: Log) -> Explanation:
    """Explain two logs by signatures alone."""
    return explained(left, right)
