"""Delivery: a published night's segments, to destinations, for who consents.

Comes in: a published night. Goes out: files and rows of ops.deliveries. Doors: export.py;
ways.py for the way to each kind of destination.
"""
