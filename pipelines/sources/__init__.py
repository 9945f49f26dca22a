"""Sources: a place to read in, Arrow batches of text out.

Comes in: a `Source` and what is requested of it. Goes out: what has arrived, each readable
as a stream of batches (interface.py).
Door: readers.py.
"""
