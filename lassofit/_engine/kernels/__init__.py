"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "f1ea513d611e8c36----------------------------------"
