"""The content of sources.yml: a source per name, of one of the kinds there are."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag
from pydantic.json_schema import SkipJsonSchema

from pipelines.configuration.faults import TAG, Entry, Fault, Name
from pipelines.configuration.sources.entry import SourceEntry
from pipelines.configuration.sources.file_source import FileSource
from pipelines.configuration.sources.http_source import HttpSource
from pipelines.configuration.sources.query_source import QuerySource
from pipelines.configuration.sources.sql_source import SqlSource

TAGS = dict.fromkeys(("csv", "jsonl", "parquet"), "file")
TAGS |= {kind: kind for kind in ("sql", "http", "query")}


class UnknownKind(SourceEntry, extra="ignore"):
    """A source whose kind is none, judged by the keys that every source has."""

    kind: Literal[*TAGS] = Field(description=f"one of {', '.join(TAGS)}")  # type: ignore[valid-type]


class FromSchema(Entry, extra="allow"):
    """A ready schema: replaced by its sources before they are read (ready_schemas)."""

    schema_: str = Field(alias="schema", description="a schema that is ready, such as ga4")


def _kind(entry: Any) -> str:
    kind = str(entry.get("kind")) if isinstance(entry, dict) else ""
    return TAG + TAGS.get(kind, "")


AnySource = Annotated[
    Annotated[FileSource, Tag(TAG + "file")]
    | Annotated[SqlSource, Tag(TAG + "sql")]
    | Annotated[HttpSource, Tag(TAG + "http")]
    | Annotated[QuerySource, Tag(TAG + "query")]
    | Annotated[FromSchema, Tag(TAG + "schema")]
    | Annotated[SkipJsonSchema[UnknownKind], Tag(TAG)],
    Discriminator(_kind),
]


class SourcesFile(Entry):
    """sources.yml: where the data comes from."""

    sources: dict[Name, AnySource] = Field(
        default_factory=dict, repr=False, description="names, each with keys and values"
    )

    @classmethod
    def rules(cls, content: dict[str, Any], context: Any) -> Iterator[Fault]:
        """Yield that the one entity is not fed that has to be."""
        entries = content.get("sources")
        entries = list(entries.values()) if isinstance(entries, dict) else []
        if not any(isinstance(e, dict) and e.get("entity") == "order_lines" for e in entries):
            yield (), " no source feeds order_lines, the only entity a night cannot do without."
