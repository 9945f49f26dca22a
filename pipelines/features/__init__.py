"""Features: what each person had done by the end of the day.

Comes in: members, staging, the earlier night. Goes out: the attempt's customer_features.
Door: build.py.
"""
