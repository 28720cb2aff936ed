"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "cbdccef143275ddc----------------------------------"
