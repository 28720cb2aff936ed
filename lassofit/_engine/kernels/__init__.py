"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "69dd09236c87a865------------------------------------------------------"
