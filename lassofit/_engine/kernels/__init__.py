"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "f2d7ea2a9157d325----------------------"
