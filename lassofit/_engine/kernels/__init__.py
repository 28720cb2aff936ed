"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "7b7a29e2a66d7b7b-----------------------------------------"
