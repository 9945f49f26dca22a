"""Staging: types checked rows, cuts them into business days, keeps versions and sightings.

Comes in: checked batches. Goes out: versions in staging, sightings in identity. Door: stage.py.
"""
