"""Bytes to an untyped table, and text or numbers to instants and float64: one rule for bars, logs and the recorder."""
