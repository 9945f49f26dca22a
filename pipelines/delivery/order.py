"""A delivery's inputs, its rows, the statements' binds, and its manifest."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from pipelines.configuration.columns import CATALOGUE, DIGITS, NUMBER
from pipelines.configuration.export_columns import schema_of
from pipelines.configuration.model import NOT_ASKED, Configuration, Destination
from pipelines.configuration.versions import Versions
from pipelines.hashing import short_hash
from pipelines.warehouse import statements

NEUTRALISE = "neutralise_formulas"
# Of the columns that are always there, those that the night calls otherwise.
NAMED = {"customer_id": "customer_ref", "segments": "sorted_segments", "last_updated": "as_of"}
ROUNDED = {
    column.name: DIGITS[table]
    for table, columns in CATALOGUE.items()
    for column in columns
    if column.kind == NUMBER
}
COUNTS = ("people_count", "not_in_segments_count", "without_consent_count", "row_count")


@dataclass(frozen=True)
class Order:
    """One destination's share of one published night."""

    destination: Destination
    night: dict[str, Any]
    versions: Versions
    consent_known_at: int | None
    has_consent: bool

    @property
    def folder(self) -> str:
        """Name of the delivery's folder."""
        return f"{self.night['as_of']}-{self.night['night_id']}"

    @property
    def configuration(self) -> str:
        """Hash of the destination's entry; what is not set is as if it were not there."""
        entry = vars(self.destination)
        return short_hash({key: entry[key] for key in entry if key != NEUTRALISE or entry[key]})

    @property
    def inputs(self) -> str:
        """Hash of everything the delivery is made of, the code apart: that makes nothing due."""
        consent = [self.consent_known_at, self.versions.staging]
        return short_hash([self.folder, self.configuration, *consent])

    @property
    def binds(self) -> dict[str, Any]:
        """What the statements of a delivery bind."""
        return {
            **self.night,
            "destination": self.destination.name,
            "kind": self.destination.kind,
            "segments": self.destination.segments,
            "destination_configuration": self.configuration,
            "asks_consent": asks_consent(self.destination),
            "consent_known_at": self.consent_known_at,
            "consent_staging_version": self.versions.staging,
        }


def rows_of(order: Order) -> sa.Select[Any]:
    """Return the SELECT of a delivery's rows, by person; floats rounded as they are compared."""
    columns = map(_exported, schema_of(order.destination.columns).names)
    people = statements.select_of("delivery/export", columns, **order.binds)
    return people.order_by(sa.literal_column("result.person_id"))  # the number, not its text


def _exported(name: str) -> sa.ColumnElement[Any]:
    column: sa.ColumnElement[Any] = sa.column(NAMED.get(name, name))
    if name == "person_id":
        column = sa.cast(column, sa.Text)
    if name in ROUNDED:
        exact = sa.func.round(sa.cast(column, sa.Numeric), ROUNDED[name])
        column = sa.cast(exact, sa.Double)
    return column.label(name)


def asks_consent(destination: Destination) -> bool:
    """Return whether a destination gets only people who consent."""
    return destination.consent != NOT_ASKED


def has_consent(configuration: Configuration) -> bool:
    """Return whether any source says who consents to marketing."""
    return any(
        source.entity == "customers" and "consent_marketing" in source.columns
        for source in configuration.sources
    )


def manifest_of(order: Order, counts: dict[str, int], files: dict[str, Any]) -> dict[str, Any]:
    """Return what a delivery says about itself; no clock, so that the same inputs read the same."""
    return {
        "destination": order.destination.name,
        "kind": order.destination.kind,
        "as_of": str(order.night["as_of"]),
        "night_id": order.night["night_id"],
        "known_at": order.night["known_at"],
        "consent": order.destination.consent,
        "consent_known_at": order.consent_known_at,
        "segments": order.destination.segments,
        "counts": counts,
        "sentence": sentence_of(order, counts),
        "columns": {f.name: str(f.type) for f in schema_of(order.destination.columns)},
        "files": files,
        "inputs": order.inputs,
    }


def sentence_of(order: Order, counts: dict[str, int]) -> str:
    """Return in words who is in a delivery and who is not."""
    said = f"{order.destination.name}: {counts['row_count']} of {counts['people_count']} people"
    if not asks_consent(order.destination):
        return f"{said}; consent was not asked ({order.destination.consent})."
    if not order.has_consent:
        return (
            f"{said}: no source says who consents. Map consent_marketing of a customers source "
            "in sources.yml."
        )
    return f"{said}; {counts['without_consent_count']} do not consent."
