"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "e2859d3c67b3e0a0---------------------------------"
