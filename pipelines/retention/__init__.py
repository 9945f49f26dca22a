"""Retention: what has had its time leaves, outside every night.

Comes in: the settings. Goes out: partitions and files dropped. Door: retire.py.
"""
