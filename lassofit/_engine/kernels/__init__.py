"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "32507c15ce5a1f58--------------------------------------"
