"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "ffb61e4cf23986fe---------------------------------------------"
