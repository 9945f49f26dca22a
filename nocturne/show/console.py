"""The console that verbs print tables on, at most 80 columns wide, and how they print numbers."""

from typing import Any

from rich.console import Console
from rich.table import Table


def narrow_console() -> Console:
    """Return a console of 80 columns at most."""
    return Console(highlight=False, width=min(80, Console().width))


def heading(console: Console, text: str) -> None:
    """Print a heading with a line of air."""
    console.print(f"\n[bold]{text}[/]")


def table(*columns: str) -> Table:
    """Return a table: the first column is text, the others are numbers."""
    made = Table(box=None, pad_edge=False, header_style="dim")
    for place, name in enumerate(columns):
        made.add_column(name, justify="left" if place == 0 else "right", no_wrap=place > 0)
    return made


def count(number: Any) -> str:
    """Return a whole number with thousands, a dash for none."""
    return "–" if number is None else f"{int(number):,}"


def share(number: float | None) -> str:
    """Return a probability as per cent, a dash for none."""
    return "–" if number is None else f"{100 * number:.1f} %"
