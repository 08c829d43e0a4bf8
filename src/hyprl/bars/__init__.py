"""Bars of market data: read, validated, aggregated, fetched, cut to windows, and the exchange's calendar."""
