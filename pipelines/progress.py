"""Report the progress of long work to a listener."""

from collections.abc import Callable
from datetime import date

Listener = Callable[[str, object], None]  # a step that is done, and its result
NightListener = Callable[[date, str], None]  # a night, and its step that is done


def silent(done: object, result: object) -> None:
    """Report progress to nobody."""
