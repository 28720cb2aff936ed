"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "162749f58c3b174a----------------------------------------------"
