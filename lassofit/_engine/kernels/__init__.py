"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "70a8dd90202261a8---------------"
