"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "52f8a0e0448537ca------------------------------------------------"
