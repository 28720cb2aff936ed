"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "4e662ab3c398c085---------------------------------------------------"
