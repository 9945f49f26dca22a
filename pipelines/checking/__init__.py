"""Checking: judges new batches and their rows, quarantines or refuses, and proves the fates.

Comes in: landed batches. Goes out: checked or refused batches, quarantined rows. Door: check.py.
"""
