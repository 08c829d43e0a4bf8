"""One step function a feature, the plan of columns that every driver runs, and the stores that feed it."""
