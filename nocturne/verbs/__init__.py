"""The verbs of the command: each parses, calls one function and prints what came of it."""
