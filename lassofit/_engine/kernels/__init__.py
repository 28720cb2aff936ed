"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "dcfd0fee3edc62ee--------------"
