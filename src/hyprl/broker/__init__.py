"""Brokers: one port, one implementation per venue."""
