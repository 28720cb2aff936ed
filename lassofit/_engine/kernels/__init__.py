"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "ca2fe4a5c70b51f4-------------------------------------------------------"
