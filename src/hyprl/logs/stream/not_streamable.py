"""Why two logs cannot be compared in a stream. It is no error: the comparison in memory takes over."""

from __future__ import annotations


class NotStreamable(Exception):  # noqa: N818 - a change of route, not an error
    """The log has to be read as a whole. Never leaves this package."""

    def __init__(self, where: str, reason: str) -> None:
        self.reason = f"{where} {reason}"
        super().__init__(self.reason)
