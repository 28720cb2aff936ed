"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "33c0432c028bdd85----------------------------------"
