"""What detectors and redecisions found, one frozen dataclass for each kind of evidence; no sentence is written here."""
