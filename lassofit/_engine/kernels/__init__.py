"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "a309d480978e25d4----------------------------------------------------"
