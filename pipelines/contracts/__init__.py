"""The engine of rules: judges tables by the rules of expectations/ and config/contracts.yml.

Comes in: a table and rules. Goes out: verdicts, recorded. Door: validate.py.
"""
