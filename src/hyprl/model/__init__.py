"""The frozen probability model: its arithmetic, its file, its training. Both engines load the same file."""
