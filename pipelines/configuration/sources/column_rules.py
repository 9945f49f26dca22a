"""How a source's columns become ours: recipes, read from sources.yml, that hold no data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

EPOCHS = {
    "epoch_seconds": 1,
    "epoch_ms": 1_000,
    "epoch_milliseconds": 1_000,
    "epoch_microseconds": 1_000_000,
}
EXCEL_DAYS = "excel_days"
COUNTED = (*EPOCHS, EXCEL_DAYS)  # forms that count from some day, by their names


@dataclass(frozen=True)
class Condition:
    """Whether a row's value is among some: `*` ends a prefix; `but` asks for a value none of them.

    A row that does not give the value meets neither.
    """

    column: str
    values: tuple[str, ...]
    but: bool = False

    @property
    def meaning(self) -> list[Any]:
        """The condition as canonical data."""
        return [self.column, "but" if self.but else "is", *self.values]


@dataclass(frozen=True)
class FillDown:
    """Columns that a source writes only in the first of the rows with the same `by`."""

    by: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class ColumnRule:
    """One of our columns: the first of `names` that gives a value, or a constant, made ours.

    With `join` it is all of them, that text between; nothing if one gives none. What follows is
    done in its order: a part of the text, other words for it, a `share` of the first
    name (as much of it as it is of the least of the others), a sign; `formats` (of instants),
    `decimal` and `thousands` (of numbers) say how to read it when it is staged.
    """

    names: tuple[str, ...] = ()
    constant: str | None = None
    join: str | None = None
    split: tuple[str, int] | None = None
    values: Mapping[str, str] | None = None
    share: tuple[str, ...] | None = None
    negative_when: Condition | None = None
    formats: tuple[str, ...] = ()
    decimal: str | None = None
    thousands: str | None = None

    @property
    def is_rename(self) -> bool:
        """Whether the text lands as it came, so that nothing of it need be kept beside it."""
        made = (self.constant, self.join, self.split, self.values, self.share, self.negative_when)
        return all(each is None for each in made)

    @property
    def is_marked(self) -> bool:
        """Whether it says how its numbers are written; then signs of currencies are read past."""
        return self.decimal is not None or self.thousands is not None

    @property
    def cells(self) -> Iterator[str]:
        """The source's columns it reads."""
        yield from self.names
        yield from self.share or ()
        if self.negative_when:
            yield self.negative_when.column

    @property
    def meaning(self) -> Any:
        """The recipe as canonical data: a plain rename is the name alone."""
        message = {
            "constant": self.constant,
            "join": self.join,
            "split": list(self.split) if self.split else None,
            "values": dict(self.values) if self.values else None,
            "share": list(self.share) if self.share else None,
            "negative_when": self.negative_when.meaning if self.negative_when else None,
            "formats": list(self.formats),
            "decimal": self.decimal,
            "thousands": self.thousands,
        }
        made = {key: value for key, value in message.items() if value not in (None, [])}
        if not made and len(self.names) == 1:
            return self.names[0]
        return {"from": list(self.names), **made}


def is_path(name: str) -> bool:
    """Return whether a name is a path into a JSON object or into its element."""
    return path_of(name).startswith(("$", "@"))


def path_of(name: str) -> str:
    """Return the path of a name, of `sum(path)` that of its values."""
    return name[4:-1] if name.startswith("sum(") and name.endswith(")") else name
