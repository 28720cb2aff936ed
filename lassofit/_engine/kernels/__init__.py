"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "e8554b97d151d1af----------------"
