"""Faults to plant in the live side's own components, so that every check can be seen to fail."""
