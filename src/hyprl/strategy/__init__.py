"""The decision: pure, total, shared by every engine."""
