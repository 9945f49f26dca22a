"""The PostgreSQL that holds everything: connections, statements of sql/, tables, locks, schemas.

Comes in: a URL and the names of statements. Goes out: rows, transactions. Door: connection.py.
"""
