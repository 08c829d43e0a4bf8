"""Frozen values and words that every room speaks: bars, accounts, decisions, trades, instants."""
