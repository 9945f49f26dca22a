"""Segments: in which rule segments and which cluster each person is.

Comes in: features and scores. Goes out: the attempt's customer_segments. Door: segment.py.
"""
