"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "8783261e6c4b04ba------------------------"
