"""What an entry of sources.yml says of its columns and of its rows: names, recipes, conditions."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainValidator,
    ValidationInfo,
    create_model,
)

from pipelines.configuration.entities import ENTITIES, Entity
from pipelines.configuration.faults import Entry, Fault, refused, shown
from pipelines.configuration.sources.column_rules import COUNTED, ColumnRule, Condition, FillDown

DIRECTIVES = "dmYyHIMSfpzZbB"
DAY_PARTS = ({"Y", "y"}, {"m", "b", "B"}, {"d"})
Plain = str | int | float | bool


def as_text(value: Any) -> Any:
    """Return a plain value as text, as YAML would write it; anything else as it is."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float | date) else value


def _listed(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else (value,)


def _conditions(value: Any) -> tuple[Condition, ...]:
    """Return the conditions that a mapping writes as column: value(s)."""
    if not isinstance(value, dict):
        raise ValueError(value)
    read, faults = [], []
    for column, values in value.items():
        but = isinstance(values, dict) and set(values) == {"not"}
        texts = [as_text(each) for each in _listed(values["not"] if but else values)]
        if not texts or not all(isinstance(each, str) for each in texts):
            faults.append(f".{column} is {shown(values)}; expected value(s), or not: value(s).")
        read.append(Condition(str(column), tuple(texts), but))
    if faults:
        raise refused(*faults)
    return tuple(read)


def _only(conditions: tuple[Condition, ...]) -> Condition:
    [condition] = conditions
    return condition


def _split(value: Any) -> tuple[str, int]:
    is_mapping = isinstance(value, dict) and set(value) == {"by", "part"}
    by, part = (value["by"], value["part"]) if is_mapping else ("", 0)
    if not (isinstance(by, str) and by and type(part) is int and part):
        raise ValueError(value)
    return by, part


def _format(form: Any) -> str:
    """Return a format of instants that names year, month and day, each once."""
    found = re.findall("%(.)", form) if isinstance(form, str) else []
    is_whole = all(part & set(found) for part in DAY_PARTS) and set(found) <= set(DIRECTIVES)
    if form not in COUNTED and not (is_whole and len(found) == len(set(found))):
        raise ValueError(form)
    return str(form)


Theirs = Annotated[str, BeforeValidator(lambda value: str(as_text(value)))]
Ours = Annotated[
    str, BeforeValidator(lambda value: as_text(value) or "", json_schema_input_type=Plain | None)
]


Text = Annotated[str, BeforeValidator(as_text, json_schema_input_type=Plain)]
Conditions = Annotated[
    tuple[Condition, ...], PlainValidator(_conditions, json_schema_input_type=dict[str, Any])
]
Names = Annotated[
    tuple[Annotated[str, Field(min_length=1)], ...],
    BeforeValidator(_listed, json_schema_input_type=str | list[str]),
    Field(min_length=1, description="a name or several"),
]
Parts = Annotated[
    tuple[Annotated[str, Field(min_length=1)], ...],
    BeforeValidator(_listed, json_schema_input_type=list[str]),
    Field(min_length=2),
]
Formats = Annotated[
    tuple[Annotated[str, BeforeValidator(_format)], ...],
    BeforeValidator(_listed, json_schema_input_type=str | list[str]),
    Field(
        description="year, month and day as %Y %m %d, such as '%d.%m.%Y %H:%M' (there are "
        f"%{' %'.join(DIRECTIVES)}), or one of {', '.join(COUNTED)}"
    ),
]
Split = Annotated[
    tuple[str, int], PlainValidator(_split, json_schema_input_type=dict[str, str | int])
]
OnlyCondition = Annotated[
    Condition,
    PlainValidator(lambda value: _only(_conditions(value)), json_schema_input_type=dict[str, Any]),
]


class Recipe(Entry):
    """How one of our columns is made, written in full; a name alone, or several, is `from`."""

    shape = "the source's name for it, a list of names, or keys such as from, constant, values"
    unknown = "is nothing for a column of texts"
    names: Names = Field((), alias="from")
    constant: Text | None = Field(None, description="a plain value")
    join: str | None = Field(None, description="the text between several names of `from`")
    split: Split | None = Field(
        None, description="by: the text between, part: 1 for the first, -1 for the last"
    )
    values: dict[Theirs, Ours] | None = Field(None, min_length=1, description="theirs: ours")

    @classmethod
    def rules(cls, content: dict[str, Any], context: Any) -> Iterator[Fault]:
        """Yield what does not go together."""
        names = content.get("from")
        if (names is None) == (content.get("constant") is None):
            yield (), " needs either `from` or `constant`."
        if content.get("join") is not None and not (isinstance(names, list) and len(names) > 1):
            yield ("join",), " is the text between several names of `from`; there is one."
        decimal, thousands = content.get("decimal") or ".", content.get("thousands")
        if decimal == thousands:
            yield ("thousands",), f" is {thousands!r}, as decimal is; expected another."

    @property
    def rule(self) -> ColumnRule:
        """The recipe as the pipeline reads it."""
        return ColumnRule(**dict(self))


class NumberRecipe(Recipe):
    """How a column of numbers is made."""

    unknown = "is nothing for a column of numbers"
    decimal: Literal[".", ","] | None = Field(None, description="a dot or a comma")
    thousands: Literal["", ".", ",", " ", "'"] | None = Field(
        None, description="a dot, a comma, an apostrophe or a space, and another than decimal"
    )
    share: Parts | None = Field(
        None, description="names: of what it takes a share, and what it is a share of"
    )
    negative_when: OnlyCondition | None = Field(
        None, description="one column: value(s), such as status: refunded"
    )


class InstantRecipe(Recipe):
    """How a column of instants or days is made."""

    unknown = "is nothing for a column of instants or days"
    formats: Formats | None = None
    format: Formats | None = None

    @property
    def rule(self) -> ColumnRule:
        """The recipe as the pipeline reads it."""
        given = {key: value for key, value in self if key != "format"}
        return ColumnRule(**given | {"formats": self.formats or self.format or ()})


def _spelled_out(entry: Any) -> Any:
    return {"from": entry} if isinstance(entry, str | list) else entry


def _columns_of(entity: Entity) -> type[Entry]:
    """Return the model of `columns` of an entity's sources: a field per column of ours."""
    kinds = dict.fromkeys(entity.numbers, NumberRecipe) | dict.fromkeys(
        entity.instants, InstantRecipe
    )
    fields: dict[str, Any] = {}
    for name in entity.columns:
        kind = kinds.get(name, Recipe)
        written = BeforeValidator(_spelled_out, json_schema_input_type=kind | str | list[str])
        field: Any = Annotated[kind, written]
        if name in entity.required:
            expected = f"the source's name for it, which {entity.name} need"
            fields[name] = (field, Field(description=expected))
        else:
            fields[name] = (field | None, Field(None, description="the source's name for it"))
    model = create_model(f"columns_of_{entity.name}", __base__=Entry, **fields)
    model.unknown = f"is no column of {entity.name}"
    return model


COLUMNS_OF = {name: _columns_of(entity) for name, entity in ENTITIES.items()}


def _columns(content: Any, info: ValidationInfo) -> dict[str, ColumnRule]:
    """Return the recipe of each of our columns that is mapped, in the order of the file."""
    entity = info.data.get("entity")
    if entity is None:  # a fault of its own
        return {}
    if not (isinstance(content, dict) and content):
        raise ValueError(content)
    read = dict(COLUMNS_OF[entity].model_validate(content))
    return {ours: read[ours].rule for ours in map(str, content) if read[ours] is not None}


Columns = Annotated[dict[str, ColumnRule], PlainValidator(_columns)]


class RowsTogether(Entry):
    """Columns that only the first of the rows with the same `by` has."""

    shape = "by: what the rows have in common, columns: those that only the first of them has"
    by: str = Field(description="what the rows have in common")
    columns: list[str] = Field(description="the columns that only the first of them has")


FilledDown = Annotated[
    RowsTogether, AfterValidator(lambda rows: FillDown(rows.by, tuple(rows.columns)))
]


def _tombstone(value: Any) -> str | tuple[Condition, ...]:
    return value if isinstance(value, str) else _conditions(value)


Tombstone = Annotated[
    str | tuple[Condition, ...],
    PlainValidator(_tombstone, json_schema_input_type=str | dict[str, Any]),
]
