"""Business choices: reads config/*.yml, checks them as a whole, gives one Configuration.

Comes in: the files of config/. Goes out: a `Configuration`, or every fault at once. Door: load.py.
"""
