"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "b899a3742609467e--------------"
