"""The only room that constructs and wires objects: real parts by default, others where they are handed in.

Its modules are imported one by one, so that comparing two logs loads no engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hyprl.bootstrap.training import training_frame

__all__ = ["training_frame"]


def __getattr__(name: str) -> object:
    if name != "training_frame":
        raise AttributeError(name)
    from hyprl.bootstrap.training import training_frame

    return training_frame
