"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "225aae82fb765477-----------------------------------------------------------"
