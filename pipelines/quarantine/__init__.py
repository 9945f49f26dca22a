"""Quarantine's way out: puts repaired rows back on their way, accepts refused batches.

Comes in: what a person repaired or accepts. Goes out: new batches.
Doors: replay.py, accept_batch.py.
"""
