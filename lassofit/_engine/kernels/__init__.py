"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "3ce1d9868e9d8e76-----------------------------------------"
