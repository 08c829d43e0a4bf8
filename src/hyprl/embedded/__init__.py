"""Files that ship inside the wheel: default config, model, synthetic bars, session table."""
