"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "5a71ec3879dbaab1--------------------------------------------"
