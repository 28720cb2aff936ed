"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "c09cbde1dc9ade4e-----"
