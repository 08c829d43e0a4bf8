"""Where two logs part and why, read off the two logs and nothing else."""
