"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "3cabbf28fe154a65---------------------------------------------------------"
