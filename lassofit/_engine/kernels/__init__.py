"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "216552071720c71b-------------------------------------------------------------"
