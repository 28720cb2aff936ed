"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "bfc9a88b770d86d1------------------------------------------------------"
