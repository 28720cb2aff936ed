"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "216a0ddb23df68d7---------------------------------------"
