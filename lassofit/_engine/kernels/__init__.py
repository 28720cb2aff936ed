"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "10d1d24411cb0629---------------------------------------------"
