"""The decision of one bar as pure functions: direction, gates, size, expected profit and the order."""
