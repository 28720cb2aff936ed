"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "2165ea716edd005f------"
