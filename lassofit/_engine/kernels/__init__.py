"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "b0a7bee29f4f40e1------------------------------------------------------------"
