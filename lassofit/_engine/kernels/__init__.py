"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "d6df6580181e4fd4--------------------------------------------------------"
