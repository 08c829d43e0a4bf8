"""Bytes to an untyped table, and text or numbers to instants: once, for bars, logs and the recorder."""
