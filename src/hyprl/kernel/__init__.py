"""The compiled heart: fills, and the step from a closed bar to a decision. Pure arithmetic, no I/O."""
