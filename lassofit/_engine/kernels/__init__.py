"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "7fb433be680467f9------------------------------------------------------"
