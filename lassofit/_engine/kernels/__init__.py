"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "120f35ccfad8084b----------------------"
