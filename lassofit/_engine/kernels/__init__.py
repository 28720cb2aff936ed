"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "fd1c32f4f3e09d1b----"
