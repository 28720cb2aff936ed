"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "f6f667b95b2b98d6----------------------------"
