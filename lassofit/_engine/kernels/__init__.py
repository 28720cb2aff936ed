"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "427f466967dfd1d7-------------------------------------------------------"
