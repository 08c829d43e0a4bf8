"""HyprL: a signal engine that proves its backtest and its live engine decide the same thing."""

__version__ = "0.1.0"
