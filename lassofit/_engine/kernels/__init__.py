"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "062224782d5e90ce--------------------------------"
