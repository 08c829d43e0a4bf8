"""Risk: how large a position is, what it risks and expects, and which equity it is measured against."""
