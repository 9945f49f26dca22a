"""The console that verbs print tables on: as wide as the terminal, and 80 columns at most."""

from rich.console import Console


def narrow_console() -> Console:
    """Return a console of 80 columns at most."""
    return Console(highlight=False, width=min(80, Console().width))
