"""Anybody's signal log to a Log: mapped, normalised, and moved to the bars that it decided."""
