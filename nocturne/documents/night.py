"""A night's summary as a JSON document; its keys are described in docs/command.md."""

from sqlalchemy import RowMapping
from sqlalchemy.engine import Connection

from nocturne.documents.reports import Document
from pipelines.warehouse import statements


def of_night(connection: Connection, night: RowMapping) -> Document:
    """Return what the summary of a published night shows."""
    by_day, by_number = {"as_of": night["as_of"]}, {"night_id": night["night_id"]}
    segments = _rows(connection, "summary/segments", **by_day)
    return {
        **{name: night[name] for name in ("as_of", "night_id", "known_at", "models")},
        **_rows(connection, "summary/people", **by_number)[0],
        "segments": [{("left" if k == "gone" else k): v for k, v in s.items()} for s in segments],
        "clusters": _rows(connection, "summary/clusters", **by_number),
        "movement": _rows(connection, "summary/movement", **by_day),
        "rejected": _rows(connection, "summary/rejected", known_at=night["known_at"]),
        "warnings": _rows(connection, "summary/warnings", **night),
        "drift": _rows(connection, "summary/drift", **by_day),
        "deliveries": _rows(connection, "summary/deliveries", **by_number),
        "untrained": [
            row
            for row in _rows(connection, "summary/untrained")
            if row["kind"] not in night["models"]
        ],
        "notes": night["notes"],
    }


def _rows(connection: Connection, name: str, **binds: object) -> list[Document]:
    return [dict(row) for row in statements.rows(connection, name, **binds)]
