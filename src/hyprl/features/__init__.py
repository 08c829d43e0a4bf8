"""Features: one arithmetic (a step function per feature), resolved into a plan that every driver runs."""
