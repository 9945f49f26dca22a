"""Paths into JSON documents, as configuration writes them."""

import re
from functools import cache

_step = re.compile(r'\.([A-Za-z_]\w*)|\."([^"\\]+)"|\[(?:(\*)|(\d+))\]')
EACH = "*"


Step = tuple[str | int, bool]  # a name or a place, and whether it means each element


@cache
def steps_of(path: str) -> tuple[Step, ...]:
    """Return the steps of a path such as $.orders[*] or $."next page".

    Raises
    ------
    ValueError
        If it is no such path.
    """
    steps: list[Step] = []
    at = 1
    while at < len(path):
        found = _step.match(path, at)
        if not found:
            raise ValueError(path)
        name, quoted, each, place = found.groups()
        steps.append((EACH, True) if each else (int(place) if place else name or quoted, False))
        at = found.end()
    if not path.startswith("$"):
        raise ValueError(path)
    return tuple(steps)
