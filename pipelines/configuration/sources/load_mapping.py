"""Read `columns` and `where` of a source's entry; every fault is noted as a sentence."""

import re
from typing import Any

from pipelines.configuration.entities import ENTITIES, Entity
from pipelines.configuration.faults import Faults
from pipelines.configuration.sources.column_rules import EPOCHS, ColumnRule, Condition, FillDown

KEYS = (
    "from", "constant", "join", "split", "values", "share", "negative_when", "format", "formats",
    "decimal", "thousands",
)  # fmt: skip
DIRECTIVES = "dmYyHIMSfpzZbB"
DAY_PARTS = ({"Y", "y"}, {"m", "b", "B"}, {"d"})


def read_columns(place: str, entity: Entity, columns: Any, faults: Faults) -> dict[str, ColumnRule]:
    """Return the recipe of each of our columns that is mapped."""
    place = f"{place}.columns"
    if not faults.expect(
        isinstance(columns, dict) and bool(columns), f"{place} is missing: ours: theirs."
    ):
        return {}
    read = {}
    for ours, entry in columns.items():
        if faults.expect(
            ours in entity.columns,
            f"{place}.{ours} is no column of {entity.name}. There are: "
            f"{', '.join(entity.columns)}.",
        ):
            read[ours] = _recipe(f"{place}.{ours}", entity, ours, entry, faults)
    for ours in entity.required:
        faults.expect(ours in columns, f"{place} lacks {ours}, which {entity.name} need.")
    if "updated_at" in columns and not set(entity.keys) <= set(columns):
        faults.append(
            f"{place}.updated_at needs {' and '.join(entity.keys)}: a row that does not say which "
            "one it is, changed, is another row."
        )
    if entity.one_of:
        faults.expect(
            any(ours in columns for ours in entity.one_of),
            f"{place} needs {' or '.join(entity.one_of)}.",
        )
    return read


def read_where(place: str, entry: Any, faults: Faults) -> tuple[Condition, ...]:
    """Return the conditions that a row must meet to be taken in."""
    if entry is None:
        return ()
    if not faults.expect(isinstance(entry, dict), f"{place}.where: expected column: value(s)."):
        return ()
    return tuple(_condition(f"{place}.where", k, v, faults) for k, v in entry.items())


def read_tombstone(
    place: str, entry: Any, faults: Faults
) -> tuple[str | None, tuple[Condition, ...]]:
    """Return the column that says true of a deleted row, or the conditions of which one does."""
    if isinstance(entry, dict):
        place = f"{place}.tombstone"
        return None, tuple(_condition(place, k, v, faults) for k, v in entry.items())
    faults.expect(
        entry is None or isinstance(entry, str),
        f"{place}.tombstone is {entry!r}; expected a column that says true, or column: value(s).",
    )
    return entry, ()


def read_fill_down(place: str, entry: Any, faults: Faults) -> FillDown | None:
    """Return the columns that only the first row of several has."""
    if entry is None:
        return None
    columns = entry.get("columns", []) if isinstance(entry, dict) else []
    if not faults.expect(
        isinstance(entry, dict)
        and set(entry) == {"by", "columns"}
        and isinstance(columns, list)
        and all(isinstance(name, str) for name in [*columns, entry["by"]]),
        f"{place}.fill_down is {entry!r}; expected by: what the rows have in common, columns: "
        "those that only the first of them has.",
    ):
        return None
    return FillDown(entry["by"], tuple(columns))


def read_sent_with(place: str, entry: dict[str, Any], faults: Faults) -> tuple[str, ...]:
    """Return the names of what tells one sending of a whole order from another in one file."""
    given = entry.get("sent_with")
    if given is None:
        return ()
    faults.expect(
        entry.get("orders_arrive_whole") is True,
        f"{place}.sent_with is for orders that arrive whole: set orders_arrive_whole.",
    )
    return _names(f"{place}.sent_with", given, faults)


def read_explode(place: str, entry: Any, faults: Faults) -> str | None:
    """Return the path of the array whose elements are the rows."""
    holds = entry is None or (isinstance(entry, str) and entry.startswith("$"))
    faults.expect(
        holds, f"{place}.explode is {entry!r}; expected a SQL/JSON path such as $.line_items[*]."
    )
    return entry


def _recipe(place: str, entity: Entity, ours: str, entry: Any, faults: Faults) -> ColumnRule:
    if isinstance(entry, str | list):
        return ColumnRule(names=_names(place, entry, faults))
    if not faults.expect(
        isinstance(entry, dict),
        f"{place} is {entry!r}; expected the source's name for it, a list of names, or keys "
        f"({', '.join(KEYS)}).",
    ):
        return ColumnRule()
    for key in sorted(set(map(str, entry)) - set(KEYS)):
        faults.append(f"{place}.{key} is not understood. There are: {', '.join(KEYS)}.")
    faults.expect(
        ("from" in entry) != ("constant" in entry), f"{place} needs either `from` or `constant`."
    )
    sign = entry.get("negative_when")
    names = _names(f"{place}.from", entry["from"], faults) if "from" in entry else ()
    recipe = ColumnRule(
        names=names,
        constant=_text(entry.get("constant")),
        join=_join(place, entry.get("join"), names, faults),
        split=_split(place, entry.get("split"), faults),
        values=_values(place, entry.get("values"), faults),
        share=_share(place, entry.get("share"), faults),
        negative_when=_sign(place, sign, faults) if sign is not None else None,
        formats=_formats(place, entry, faults),
        decimal=entry.get("decimal"),
        thousands=entry.get("thousands"),
    )
    _fits(place, entity, ours, recipe, faults)
    return recipe


def _fits(place: str, entity: Entity, ours: str, recipe: ColumnRule, faults: Faults) -> None:
    """Note what a column of this type cannot have."""
    if recipe.formats:
        faults.expect(ours in entity.instants, f"{place}.format is for instants and days.")
    if recipe.is_marked or recipe.share or recipe.negative_when:
        faults.expect(
            ours in entity.numbers,
            f"{place}: decimal, thousands, share and negative_when are for numbers.",
        )
    faults.expect(
        recipe.decimal in (None, ".", ","),
        f"{place}.decimal is {recipe.decimal!r}; expected . or ,",
    )
    faults.expect(
        recipe.thousands in (None, "", ".", ",", " ", "'")
        and recipe.thousands != (recipe.decimal or "."),
        f"{place}.thousands is {recipe.thousands!r}; expected one of . , ' or a space, and another "
        "than decimal.",
    )


def _names(place: str, entry: Any, faults: Faults) -> tuple[str, ...]:
    names = entry if isinstance(entry, list) else [entry]
    holds = bool(names) and all(isinstance(name, str) and name for name in names)
    faults.expect(holds, f"{place} is {entry!r}; expected a name or several.")
    return tuple(names) if holds else ()


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


def _join(place: str, entry: Any, names: tuple[str, ...], faults: Faults) -> str | None:
    holds = entry is None or (isinstance(entry, str) and len(names) > 1)
    faults.expect(
        holds, f"{place}.join is {entry!r}; expected the text between several names of `from`."
    )
    return entry if holds else None


def _split(place: str, entry: Any, faults: Faults) -> tuple[str, int] | None:
    if entry is None:
        return None
    holds = (
        isinstance(entry, dict)
        and set(entry) == {"by", "part"}
        and isinstance(entry["by"], str)
        and isinstance(entry["part"], int)
        and bool(entry["by"])
        and entry["part"] != 0
    )
    faults.expect(
        holds,
        f"{place}.split is {entry!r}; expected by: the text between, part: 1 for the first, -1 for "
        "the last.",
    )
    return (entry["by"], entry["part"]) if holds else None


def _share(place: str, entry: Any, faults: Faults) -> tuple[str, ...] | None:
    if entry is None:
        return None
    names = entry if isinstance(entry, list) else []
    holds = len(names) > 1 and all(isinstance(name, str) and name for name in names)
    faults.expect(
        holds,
        f"{place}.share is {entry!r}; expected names: of what it takes a share, and what it is a "
        "share of.",
    )
    return tuple(names) if holds else None


def _values(place: str, entry: Any, faults: Faults) -> dict[str, str] | None:
    if entry is None:
        return None
    if not faults.expect(
        isinstance(entry, dict) and bool(entry), f"{place}.values: expected theirs: ours."
    ):
        return None
    return {str(_text(theirs)): _text(ours) or "" for theirs, ours in entry.items()}


def _sign(place: str, entry: Any, faults: Faults) -> Condition | None:
    if not faults.expect(
        isinstance(entry, dict) and len(entry) == 1,
        f"{place}.negative_when: expected one column: value(s), such as status: refunded.",
    ):
        return None
    [(column, values)] = entry.items()
    return _condition(f"{place}.negative_when", column, values, faults)


def _condition(place: str, column: Any, values: Any, faults: Faults) -> Condition:
    but = isinstance(values, dict)
    if but:
        faults.expect(
            set(values) == {"not"}, f"{place}.{column}: expected value(s), or not: value(s)."
        )
        values = values.get("not")
    values = values if isinstance(values, list) else [values]
    holds = bool(values) and all(isinstance(v, str | int | float | bool) for v in values)
    faults.expect(holds, f"{place}.{column} is {values!r}; expected a value or several.")
    texts = tuple(str(_text(value)) for value in values) if holds else ()
    return Condition(str(column), texts, but)


def _formats(place: str, entry: dict[str, Any], faults: Faults) -> tuple[str, ...]:
    given = entry.get("formats", entry.get("format"))
    if given is None:
        return ()
    formats = given if isinstance(given, list) else [given]
    for form in formats:
        if form not in EPOCHS and not _is_format(form):
            faults.append(
                f"{place}.format is {form!r}; expected year, month and day as %Y %m %d, such as "
                f"'%d.%m.%Y %H:%M' (there are %{' %'.join(DIRECTIVES)}), or one of "
                f"{', '.join(EPOCHS)}."
            )
    return tuple(map(str, formats))


def _is_format(form: Any) -> bool:
    if not isinstance(form, str):
        return False
    found = re.findall("%(.)", form)
    once = len(found) == len(set(found))
    return once and set(found) <= set(DIRECTIVES) and all(part & set(found) for part in DAY_PARTS)


def entity_of(name: Any) -> Entity | None:
    """Return the entity of a name, None if there is none such."""
    return ENTITIES.get(name) if isinstance(name, str) else None
