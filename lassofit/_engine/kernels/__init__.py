"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "ea45c13debeff473-------------------------------"
