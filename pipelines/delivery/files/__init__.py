"""Files that destinations take: a folder per delivery, a writer per kind.

Comes in: an order and its rows. Goes out: a folder that appears whole. Door: delivery.py.
"""
