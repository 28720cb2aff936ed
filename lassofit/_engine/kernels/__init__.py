"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "78bcdac6adf59f67--------------------------------------------"
