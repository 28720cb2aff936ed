"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "ab4f2c275a14f12a------------------------------------------------------"
