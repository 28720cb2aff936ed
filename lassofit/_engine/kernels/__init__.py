"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "3375e39581fb3968----------"
