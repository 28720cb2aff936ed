"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "26bba1bc05d2f86e--------------------------------------------"
