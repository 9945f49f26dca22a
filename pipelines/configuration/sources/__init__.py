"""What an entry of config/sources.yml may say: place, kind, mapping, expectations.

Comes in: one entry. Goes out: a `Source`. Door: sources_file.py.
"""
