"""Theirs to ours to typed: SELECTs made of the column rules of a source.

Comes in: a source's columns and its rules. Goes out: SELECTs, views.
Doors: column_select.py, typed_rows.py.
"""
