"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "558dbbbb8faea67e------------------------------"
