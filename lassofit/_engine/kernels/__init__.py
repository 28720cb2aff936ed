"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "ba8b288722bd1c0d----------------------------------"
