"""The rooms of a night, a module each; pipelines/night.py lists their steps in order."""
