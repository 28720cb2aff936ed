"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "98a5e107758c59bd-----------------------------------------------------------"
