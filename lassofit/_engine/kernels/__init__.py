"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "a9143b9e0b089b7e--------------------------------------------------------------"
