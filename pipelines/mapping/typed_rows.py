"""Type the received rows of a source: instants, numbers and texts by its column rules."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.engine import Connection

from pipelines.configuration.entities import ENTITIES
from pipelines.configuration.model import Source
from pipelines.configuration.sources.column_rules import EPOCHS, ColumnRule
from pipelines.deployment import Deployment
from pipelines.mapping import nobodies
from pipelines.warehouse import statements

FOREVER = 9_223_372_036_854_775_807  # batch_to of a version that still stands
DIGITS = {"d": "{1,2}", "m": "{1,2}", "Y": "{4}", "y": "{2}", "H": "{1,2}", "I": "{1,2}",
          "M": "{2}", "S": "{2}", "f": "{1,6}"}  # fmt: skip
WORDS = {"b": "[A-Za-z]{3,9}", "B": "[A-Za-z]{3,9}", "p": "[AaPp][Mm]", "z": "Z|[+-][0-9:]{2,6}",
         "Z": "UTC|GMT|Z"}  # fmt: skip
SPACES = "[ \u00a0\u202f]"
THOUSANDS = {"": "", " ": SPACES, "'": "['\u2019]", ".": "[.]", ",": ","}


class BatchRange(NamedTuple):
    """The batches of a source from the first to the last, both included."""

    source: Source
    first: int
    last: int


@contextmanager
def typed(
    deployment: Deployment, connection: Connection, batches: BatchRange, view: str | None = None
) -> Iterator[None]:
    """Give the typed rows of some batches the name `typed` for the block.

    They are those of raw, or of a temporary view with the same columns.
    """
    source = batches.source
    binds = binds_of(deployment, batches)
    statements.create_view(connection, "readable", _readable(source, view))
    statements.create_view(connection, "typed", f"mapping/{source.entity}", **binds)
    yield
    for view in ("typed", "readable"):
        statements.drop_view(connection, view)


def binds_of(deployment: Deployment, batches: BatchRange) -> dict[str, Any]:
    """Return what the SELECTs that type and judge batches of one source bind."""
    source = batches.source
    return {
        "source": source.name,
        "customer_space": source.customer_space,
        "first_batch": batches.first,
        "last_batch": batches.last,
        "source_time_zone": source.time_zone,
        "business_time_zone": deployment.configuration.business_time_zone,
        "staging_version": deployment.versions.staging,
        "opened_on": deployment.configuration.opened_on,
        "days_moved": deployment.configuration.days_moved,
        "forever": FOREVER,
        **nobodies.binds_of(deployment.configuration, source),
    }


def _readable(source: Source, view: str | None) -> sa.Select[Any]:
    """Return the received rows, with the text to read of each instant and number beside it."""
    entity = ENTITIES[source.entity]
    names = (*entity.instants, *entity.numbers)
    schema = None if view else "raw"
    table = sa.table(view or source.entity, *map(sa.column, names), schema=schema)
    texts = [_text(table.c[name], source.columns.get(name)).label(f"{name}_text") for name in names]
    return sa.select(sa.literal_column(f"{table.name}.*"), *texts).select_from(table)


def _text(column: sa.ColumnElement[Any], recipe: ColumnRule | None) -> sa.ColumnElement[Any]:
    if recipe and recipe.formats:
        shapes = [shape_of(form) for form in recipe.formats]
        patterns, rearranged = (
            sa.cast(array(list(each)), ARRAY(sa.Text)) for each in zip(*shapes, strict=True)
        )
        return sa.func.staging.rearrange(column, patterns, rearranged)
    if recipe and recipe.is_marked:
        return sa.func.staging.plain_number(column, *marks_of(recipe))
    return column


def shape_of(form: str) -> tuple[str, str]:
    """Return the pattern that a format matches, and how the parts it finds make an ISO text.

    The shape begins with what it is: e an epoch and its units per second, d a day, t a day and
    time, z one with its zone.
    """
    if form in EPOCHS:
        return "^-?[0-9]{1,17}$", f"e|{EPOCHS[form]}"
    places: dict[str, str] = {}
    pattern = ""
    for part in re.findall("%.|[^%]+", form):
        if part.startswith("%"):
            places[part[1]] = f"\\{len(places) + 1}"
            letter = part[1]
            inside = f"[0-9]{DIGITS[letter]}" if letter in DIGITS else WORDS[letter]
            pattern += f"({inside})"
        else:
            pattern += re.sub(r"([^\w\s])", r"\\\1", part)
    year = places.get("Y") or f"20{places['y']}"
    month = places.get("m") or places.get("b") or places["B"]
    day = f"{year}-{month}-{places['d']}"
    hour = places.get("H") or places.get("I")
    if hour is None:
        return f"^{pattern}$", f"d|{day}"
    time = f"{hour}:{places.get('M', '00')}:{places.get('S', '00')}"
    time += f".{places['f']}" if "f" in places else ""
    time += f" {places['p']}" if "p" in places else ""
    zone = places.get("z") or places.get("Z")
    return f"^{pattern}$", f"z|{day} {time} {zone}" if zone else f"t|{day} {time}"


def marks_of(recipe: ColumnRule) -> tuple[str, str, str]:
    """Return the pattern of a source's numbers, and its marks of thousands and decimals."""
    thousands, decimal = THOUSANDS[recipe.thousands or ""], re.escape(recipe.decimal or ".")
    whole = f"([0-9]{{1,3}}({thousands}[0-9]{{3}})+|[0-9]+)" if thousands else "[0-9]+"
    return f"^[-+]?{whole}({decimal}[0-9]*)?$", thousands, recipe.decimal or "."
