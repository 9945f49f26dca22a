"""Nights built anew: planned, backfilled, repaired, verified.

Comes in: a range of days. Goes out: what would change, nights published, proofs. Doors: plan.py,
backfill.py, verify.py.
"""
