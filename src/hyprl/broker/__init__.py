"""The port to a venue, and the simulated venue."""
