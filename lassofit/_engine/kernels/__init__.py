"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "15ed72dba3d98ed2---------------------------------------------"
