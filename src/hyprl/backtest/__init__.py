"""The batch driver: runs the kernel over history and keeps trades, equity and what they amount to."""
