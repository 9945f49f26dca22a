"""Publishing: the contract an attempt must meet, its publication, the ledger of segments.

Comes in: a built attempt. Goes out: a published night. Doors: gate.py, publish.py.
"""
