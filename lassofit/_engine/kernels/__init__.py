"""Jitted functions only. Each file carries the same STAMP: see ``tests/stamp.py``."""

STAMP = "f405eaa41adb49c6--------------------------"
