"""People: works out which records are one person.

Comes in: sightings. Goes out: the attempt's members. Door: identify.py.
"""
