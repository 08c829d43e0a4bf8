"""Frozen values that every room speaks: bars, directions, reasons, decisions. Imports nothing of HyprL but errors."""
