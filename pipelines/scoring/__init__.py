"""Scoring: what the serving models expect of each person.

Comes in: features. Goes out: the attempt's customer_scores. Door: score.py.
"""
