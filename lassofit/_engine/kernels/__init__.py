"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "3bc29d1081446bea--------------"
