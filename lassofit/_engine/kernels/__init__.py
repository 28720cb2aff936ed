"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "781bbfc780ad313d----------------------------------"
