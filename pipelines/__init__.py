"""The rooms of a night, a module each; pipelines/attempts/night.py lists their steps in order."""
