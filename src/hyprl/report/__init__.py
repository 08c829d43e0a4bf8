"""Finished results as words, tables, pictures, pages and CI files; every sentence about a finding is written here."""
