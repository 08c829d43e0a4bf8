"""Anybody's signal log to a Log: its map, its normal form, its rows on the bars that they were decided on."""
