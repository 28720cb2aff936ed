"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "e996110fdeabab45---------------------------"
