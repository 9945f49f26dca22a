"""An entry of sources.yml: the keys that every source has, whatever its kind."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, PlainValidator
from pydantic_core import CoreSchema

from pipelines.configuration.entities import ENTITIES
from pipelines.configuration.faults import Entry, Fault, resolve
from pipelines.configuration.model import Source, SourceExpectations
from pipelines.configuration.settings import Count, Share, Zone
from pipelines.configuration.sources.cursor import is_lookback
from pipelines.configuration.sources.mapping import (
    COLUMNS_OF,
    Columns,
    Conditions,
    FilledDown,
    Names,
    Tombstone,
)

Severity = Literal["warning", "critical"]
Volume = Annotated[
    Literal["warning", "critical", "off"],
    BeforeValidator(lambda value: "off" if value is False else value),  # YAML reads a bare off so
]


def _lookback(value: Any) -> Any:
    if not is_lookback(value):
        raise ValueError(value)
    return value


Lookback = Annotated[
    Any,
    PlainValidator(_lookback, json_schema_input_type=int | float | str),
    Field(description="a number, or days, hours or minutes such as `2 days`"),
]


def _versions(content: dict[str, Any]) -> Iterator[Fault]:
    """Yield what does not go together of which version of a row stands."""
    columns = content.get("columns") if isinstance(content.get("columns"), dict) else {}
    assert isinstance(columns, dict), "as said above"
    if content.get("keep") == "first":
        others = [key for key in ("orders_arrive_whole", "snapshot") if content.get(key)]
        others += ["columns.updated_at"] if columns.get("updated_at") else []
        if others:
            yield (
                (),
                f": keep: first and {' and '.join(others)} exclude each other: one says that what "
                "comes later never counts, the other that it does.",
            )
    if content.get("sent_with") and content.get("orders_arrive_whole") is not True:
        yield ("sent_with",), " is for orders that arrive whole: set orders_arrive_whole."
    entity = content.get("entity")
    keys = ENTITIES[entity].keys if entity in list(ENTITIES) else ()
    if columns.get("updated_at") and not all(columns.get(key) for key in keys):
        yield (
            ("columns", "updated_at"),
            f" needs {' and '.join(keys)}: a row that does not say which one it is, changed, is "
            "another row.",
        )


class SourceEntry(Entry):
    """One source: which entity it feeds, how its columns are called, what is expected of it."""

    entity: Literal[*ENTITIES] = Field(description=f"one of {', '.join(ENTITIES)}")  # type: ignore[valid-type]
    kind: str
    columns: Columns = Field(description="ours: theirs, for each of our columns it has")
    where: Conditions = Field(default_factory=tuple, description="column: value(s)")
    explode: str | None = Field(
        None, pattern=r"^\$", description="a SQL/JSON path such as $.line_items[*]"
    )
    fill_down: FilledDown | None = None
    keeps_others: bool = Field(True, alias="attributes")
    time_zone: Zone = "UTC"
    customer_space: str | int = Field("shared", description="a name")
    tombstone: Tombstone | None = Field(
        None, description="a column that says true, or column: value(s)"
    )
    keep: Literal["last", "first"] = "last"
    orders_arrive_whole: bool = False
    sent_with: Names = ()
    snapshot: bool = False
    simulated: bool = False
    volume: Volume = "warning"
    reject_limit: Share | None = None
    fresh_days: Count | None = None
    fresh_severity: Severity = "warning"

    @classmethod
    def rules(cls, content: dict[str, Any], context: Any) -> Iterator[Fault]:
        """Yield what does not go together."""
        entity, columns = content.get("entity"), content.get("columns")
        one_of = ENTITIES[entity].one_of if entity in list(ENTITIES) else ()
        if (
            one_of
            and columns
            and isinstance(columns, dict)
            and all(columns.get(k) is None for k in one_of)
        ):
            yield ("columns",), f" needs {' or '.join(one_of)}."
        yield from _versions(content)
        if content.get("orders_arrive_whole") is not True:
            return
        if entity != "order_lines":
            yield (
                ("orders_arrive_whole",),
                (f" is for order_lines; a list of {entity} that arrives whole is a `snapshot`."),
            )
        if content.get("snapshot"):
            yield (
                (),
                (
                    ": orders_arrive_whole and snapshot exclude each other: a full list says by "
                    "itself which lines are gone."
                ),
            )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Return the schema of an entry, in which the entity decides what `columns` may have."""
        schema = handler.resolve_ref_schema(handler(core_schema))
        schema["allOf"] = [
            {
                "if": {"properties": {"entity": {"const": name}}, "required": ["entity"]},
                "then": {"properties": {"columns": handler(model.__pydantic_core_schema__)}},
            }
            for name, model in COLUMNS_OF.items()
        ]
        return schema

    @property
    def options(self) -> dict[str, Any]:
        """The keys that sources of this kind have of their own, as far as they are given."""
        return {
            name: value.model_dump(exclude_none=True) if isinstance(value, Entry) else value
            for name, value in self
            if name not in SourceEntry.model_fields and value is not None
        }

    def source(self, name: str, home: Path) -> Source:
        """Return the source as the pipeline reads it, with {home} filled in."""
        given, options = dict(self) | {"keeps_first": self.keep == "first"}, self.options
        if "://" not in options.get("path", "://"):
            options["path"] = resolve(options["path"], home)
        if not isinstance(self.tombstone, str):
            given |= {"tombstone": None, "gone_when": self.tombstone or ()}
        expected = {each.name: given[each.name] for each in fields(SourceExpectations)}
        shared = {each.name: given[each.name] for each in fields(Source) if each.name in given}
        return Source(
            **shared
            | {"name": name, "options": options, "expected": SourceExpectations(**expected)}
        )
