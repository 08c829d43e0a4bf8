"""Bars: the only room that opens market files. Reads, validates, aggregates and fetches them."""
