"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "372c2af7bddf1d71-------"
