"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "77ecf32efb79a33f"
