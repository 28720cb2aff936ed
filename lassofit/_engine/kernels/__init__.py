"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "eed00e908fd195e4----"
