"""Renders finished results for terminals, files and CI; computes nothing."""
