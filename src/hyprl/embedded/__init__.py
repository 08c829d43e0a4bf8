"""Files that ship inside the wheel: default config, synthetic bars, session table."""
