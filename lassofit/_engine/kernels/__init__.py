"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "42b2ec93b2034ee7---------------------------------------------------------------"
