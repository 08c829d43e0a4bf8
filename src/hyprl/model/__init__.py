"""The probability model: its arithmetic, its file that holds data only, its training and its scores."""
