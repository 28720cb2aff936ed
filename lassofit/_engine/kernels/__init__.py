"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "b632908c04efaeda-----------------------------------------------------------"
