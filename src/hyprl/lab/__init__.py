"""Faults to plant in the live side, honest controls, campaigns over both, and the scoreboard of what was found."""
