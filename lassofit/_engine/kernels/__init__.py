"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "ae4723838b68d442-------------------------------------------------------"
