"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "923d689a098a3016-------------------------------------------------------------"
