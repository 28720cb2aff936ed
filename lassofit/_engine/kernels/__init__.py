"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "c0fb85444948ca91--------------------------------------"
