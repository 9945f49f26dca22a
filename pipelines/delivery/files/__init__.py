"""Files that destinations take: a writer per kind. Door: writers.py."""
