"""The dry run of sources: what would land of each, found without writing anything.

Comes in: the configuration. Goes out: a report per source. Door: report.py.
"""
