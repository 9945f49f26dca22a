"""Draw what a source of another system gives, without landing it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.configuration.model import Source
from pipelines.configuration.sources.column_rules import ColumnRule
from pipelines.sources.interface import Extract, ExtractRequest, RowStream

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)


@dataclass
class Drawn:
    """The rows of one reading, each a mapping, and what is known at its end."""

    arrival: Extract
    reading: RowStream
    rows: list[dict[str, Any]] = field(default_factory=list)


def a_source(kind: str, options: dict[str, Any], **more: Any) -> Source:
    """Return a source as sources.yml would give it."""
    columns = {"order_id": ColumnRule(names=("order_id",))}
    return Source("shop", "order_lines", kind, columns, "UTC", options, **more)


def asked(
    home: Path, watermark: str | None = None, now: datetime = NOW, **secrets: str
) -> ExtractRequest:
    """Return what a source is asked with; `secrets` are all that anybody knows."""
    return ExtractRequest(home, secrets.get, watermark=watermark, now=now)


def draw(arrival: Extract) -> Drawn:
    """Read an arrival to its end."""
    drawn = Drawn(arrival, arrival.read())
    for batch in drawn.reading.batches:
        assert batch.schema.names == ["row_no", *drawn.reading.columns]
        drawn.rows += batch.to_pylist()
    return drawn
