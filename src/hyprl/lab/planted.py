"""The five causes of the remediation plan, as `hyprl check --plant` takes them. No trace is ever edited."""

from __future__ import annotations

from collections.abc import Callable

from hyprl.lab.plants import plant_for
from hyprl.wiring import LiveOverrides, Run

NAMES = ("shifted-cache", "short-preroll", "refitted-scaler", "drifting-equity", "float32-features")
PLANTS: dict[str, Callable[[Run], LiveOverrides]] = {name: plant_for(name) for name in NAMES}
