"""Drift: how far a night's people lie from those its models were trained on.

Comes in: an attempt and the reference. Goes out: rows of ops.drift, a report. Door: measure.py.
"""
