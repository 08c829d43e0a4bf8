"""The record of every decision: one SignalTrace an engine and bar, chained by hash, exact to the bit; and the recorder
for any bot.

`record` is for a bot that is not HyprL: it appends what the bot knew at a bar to a log that `hyprl diff` reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hyprl.trace.recorder import record

__all__ = ["record"]


def __getattr__(name: str) -> object:
    if name != "record":
        raise AttributeError(f"module 'hyprl.trace' has no attribute {name!r}")
    from hyprl.trace.recorder import record

    globals()[name] = record
    return record
