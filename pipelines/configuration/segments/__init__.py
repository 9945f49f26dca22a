"""Conditions of config/segments.yml: a small grammar over the columns of a night, made to SQL.

Comes in: the text of a condition. Goes out: its columns, its types, SQL. Door: conditions.py.
"""
