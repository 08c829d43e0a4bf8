"""The only room that constructs and wires objects: real parts by default, others where they are handed in."""

from hyprl.bootstrap.training import training_frame

__all__ = ["training_frame"]
