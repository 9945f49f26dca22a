"""Nights in one process: walks the lists of steps, and tells how all nights stand.

Comes in: a day. Goes out: a published night; a status. Doors: runner.py, sentences.py,
status.py.
"""
