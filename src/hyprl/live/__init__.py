"""The live driver: runs the kernel on one closed bar at a time and keeps the whole state after each."""
