"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "d13fff88f4f4c745----------------------------------------------------"
