"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "a17929494e2f8a1a------------------------------------"
