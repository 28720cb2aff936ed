"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "5e25d2422a6df188---------------------------------------"
