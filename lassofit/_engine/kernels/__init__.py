"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "529bcbf05a520aa5------------------------------------------------------------"
