"""Progress of long work, reported to a listener."""

from collections.abc import Callable

Listener = Callable[[str, object], None]


def silent(step: str, result: object) -> None:
    """Hear nothing."""
