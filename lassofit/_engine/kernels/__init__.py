"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "97e733a1c9367772------------------------------"
