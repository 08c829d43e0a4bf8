"""What to do about each factor in which two sides differ."""

from __future__ import annotations

from hyprl.causes import findings as names

ADVICE = {
    names.TIMING: "Stamp every bar with its open in UTC, take sessions from one calendar, hand out closed bars.",
    names.BARS: "Decide on the vendor's final, equally adjusted bars on both sides; keep what was served live.",
    names.FEATURES: "Compute both sides' features with one step function on closed bars; check the columns' join.",
    names.COLD_START: "Warm up on more history, or continue from a snapshot; `hyprl warmup` measures how much.",
    names.PRECISION: "Keep float64 from the bar to the decision on both sides; round only what is shown.",
    names.RESTART: "Save the feature state with every bar and restore it at the start.",
    names.MODEL: "Load one model file on both sides and compare its params_hash; apply scaler and calibration once.",
    names.PARAMETERS: "Read one config file on both sides and refuse keys that an engine does not know.",
    names.EQUITY: "Size both sides from the same equity: the simulated account, or one map of equities by bar.",
    names.STATE: "Save position, caps and pending orders with every bar; compare them with the venue at the start.",
}
