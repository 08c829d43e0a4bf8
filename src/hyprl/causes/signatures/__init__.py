"""What each cause leaves behind in two logs, read from the logs alone."""
