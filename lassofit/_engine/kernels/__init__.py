"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "ccfbf9c1c2c80954-------"
