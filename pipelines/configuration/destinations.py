"""The content of destinations.yml: a destination per name, of one of the kinds there are."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag
from pydantic.json_schema import SkipJsonSchema

from pipelines.configuration.export_columns import column_faults
from pipelines.configuration.faults import TAG, Entry, Fault, Name, nearest, resolve
from pipelines.configuration.model import CONSENTS, KINDS, MARKETING, Destination


class DestinationEntry(Entry):
    """One destination: where to, which columns, and of whom."""

    kind: str
    consent: Literal[*CONSENTS] = Field(MARKETING, description=" or ".join(CONSENTS))  # type: ignore[valid-type]
    path: str = Field(description="the folder to write to")
    columns: list[Any] = Field(default_factory=list, description="a list of names")
    segments: list[Any] = Field(default_factory=list, description="a list of names")
    neutralise_formulas: Literal[False] = Field(False, description="true (of csv) or false")

    @classmethod
    def rules(cls, content: dict[str, Any], context: Any) -> Iterator[Fault]:
        """Yield columns and segments that there are not."""
        columns, segments = content.get("columns") or [], content.get("segments")
        if isinstance(columns, list):
            for fault in column_faults("", columns):
                yield (), fault
        for name in segments if isinstance(segments, list) else []:
            if name not in context["segments"]:
                there = nearest(name, context["segments"])
                yield ("segments",), f": {name!r} is not in segments.yml. {there}"

    def destination(self, name: str, home: Any) -> Destination:
        """Return the destination as the pipeline reads it, with {home} filled in."""
        given = {key: value for key, value in self if key != "path"}
        return Destination(name=name, path=resolve(self.path, home), **given)


class Csv(DestinationEntry):
    """A folder of csv."""

    kind: Literal["csv"]
    neutralise_formulas: bool = Field(False, description="true (of csv) or false")  # type: ignore[assignment]


class Typed(DestinationEntry):
    """A folder of files that know the types of their columns."""

    kind: Literal["jsonl", "parquet"]


class UnknownKind(Csv):
    """A destination whose kind is none, judged by the keys that every one has."""

    kind: Literal[*KINDS] = Field(description=f"one of {', '.join(KINDS)}")  # type: ignore[valid-type]


def _kind(entry: Any) -> str:
    kind = entry.get("kind") if isinstance(entry, dict) else None
    return TAG + ("csv" if kind == "csv" else "typed" if kind in ("jsonl", "parquet") else "")


AnyDestination = Annotated[
    Annotated[Csv, Tag(TAG + "csv")]
    | Annotated[Typed, Tag(TAG + "typed")]
    | Annotated[SkipJsonSchema[UnknownKind], Tag(TAG)],
    Discriminator(_kind),
]


class DestinationsFile(Entry):
    """destinations.yml: where segments go after a night."""

    destinations: dict[Name, AnyDestination] = Field(
        default_factory=dict, description="names, each with keys and values"
    )

    @classmethod
    def rules(cls, content: dict[str, Any], context: Any) -> Iterator[Fault]:
        """Yield destinations that write to the same place."""
        taken: dict[str, str] = {}
        entries = content.get("destinations")
        for name, entry in entries.items() if isinstance(entries, dict) else []:
            if isinstance(entry, dict) and isinstance(entry.get("path"), str):
                first = taken.setdefault(resolve(entry["path"], context["home"]), name)
                if first != name:
                    place = ("destinations", name, "path")
                    yield place, f" is that of {first}; each needs its own."
