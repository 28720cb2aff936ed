"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "0d3f674e0ac0417f------------------"
