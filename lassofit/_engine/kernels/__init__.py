"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "5ebc3db56de44a8d---------------------------------"
