"""Landing: receives what is new of every source into raw, as it came, a batch each.

Comes in: what sources bring. Goes out: rows of raw, a row of ops.batches. Door: land.py.
"""
