"""Faults of a configuration: collected as sentences, so that all are told at once."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class Faults(list[str]):
    """What is wrong so far, each a sentence with its place."""

    def expect(self, holds: bool, sentence: str) -> bool:
        """Note the sentence unless it holds; return whether it does."""
        if not holds:
            self.append(sentence)
        return holds


def read_zone(name: Any, place: str, faults: Faults) -> str:
    """Return the name of a time zone; note a fault if there is none such."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError):
        faults.append(f"{place} is {name!r}; expected an IANA name such as Europe/Berlin.")
        return "UTC"
    return str(name)


def resolve(path: str, home: Path) -> str:
    """Return a path of the configuration with {home} filled in; relative ones are the home's."""
    return str(home / path.replace("{home}", str(home)))
