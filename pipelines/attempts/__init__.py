"""Attempts at a night: who builds one, what it is made from, its tables until it is published.

Comes in: a day and what is to be known. Goes out: a `Night`. Door: claims.py.
"""
