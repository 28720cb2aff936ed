"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "b4e09240ee4eabed--------------------------------------------------------"
