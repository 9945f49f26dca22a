"""Print a night's summary: segments, movement, rejected rows, drift, models, deliveries."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import RowMapping
from sqlalchemy.engine import Connection

from nocturne.documents import reports
from nocturne.documents.night import of_night
from nocturne.show.console import count, heading, narrow_console, share, table
from nocturne.show.train import models, without
from pipelines.attempts import recorded
from pipelines.configuration.model import Configuration
from pipelines.deployment import Deployment
from pipelines.errors import NothingThere
from pipelines.warehouse import statements

Section = Callable[[Console, Connection, RowMapping], None]

NO_SEGMENTS = (
    "Nobody is in a segment: config/segments.yml is missing, or names none. The demo's shows how "
    "segments are written."
)
NO_DESTINATIONS = (
    "Nothing is exported: config/destinations.yml is missing, or names none. The demo's shows how "
    "destinations are written."
)


def show(deployment: Deployment, as_of: date, *, as_json: bool = False) -> None:
    """Print the summary of the night that stands for a day."""
    console = narrow_console()
    with deployment.warehouse.begin() as connection:
        night = recorded.published_on(connection, as_of)
        if night is None:
            raise NothingThere(f"no night is published for {as_of}.")
        if as_json:
            reports.write(of_night(connection, night))
            return
        for section in SECTIONS:
            section(console, connection, night)
    notes(console, deployment.configuration, night)
    files(console, deployment, night)
    next_things(console, night)


def people(console: Console, connection: Connection, night: RowMapping) -> None:
    """Who the night is about."""
    row = statements.rows(connection, "summary/people", night_id=night["night_id"])[0]
    console.rule(f"[bold]Night of {night['as_of']:%A, %d %B %Y}[/]")
    console.print(
        f"{count(row['people'])} people ({count(row['buyers'])} have bought, "
        f"{count(row['guests'])} are guests, {count(row['several_refs'])} go by several customer "
        f"numbers), {count(row['spend'])} spent in all. {count(row['scored'])} are scored. "
        f"Known up to batch {night['known_at']}; night {night['night_id']}."
    )


def segments(console: Console, connection: Connection, night: RowMapping) -> None:
    """Rule segments with size, spend and churn."""
    rows = statements.rows(connection, "summary/segments", as_of=night["as_of"])
    heading(console, "Segments")
    shown = table("segment", "people", "spend", "churn", "entered", "left")
    for row in rows:
        moved = (count(row["entered"]), count(row["gone"]))
        shown.add_row(
            row["segment"], count(row["people"]), count(row["spend"]), share(row["churn"]), *moved
        )
    console.print(shown if rows else "None.")


def clusters(console: Console, connection: Connection, night: RowMapping) -> None:
    """Clusters by their names."""
    rows = statements.rows(connection, "summary/clusters", night_id=night["night_id"])
    if rows:
        heading(console, "Clusters (K-Means on recency, frequency, spend and basket)")
        shown = table("cluster", "people", "spend", "churn")
        for row in rows:
            numbers = (count(row["people"]), count(row["spend"]), share(row["churn"]))
            shown.add_row(row["cluster_name"], *numbers)
        console.print(shown)


def movement(console: Console, connection: Connection, night: RowMapping) -> None:
    """Who changed the primary segment since the night before."""
    rows = statements.rows(connection, "summary/movement", as_of=night["as_of"])
    heading(console, "Moved since the night before (primary segment)")
    if not rows:
        console.print("Nobody, or there is no night before.")
    shown = Table(box=None, pad_edge=False, show_header=False)
    shown.add_column(justify="right")
    for row in rows:
        shown.add_row(count(row["people"]), f"{row['from_segment']} → {row['to_segment']}")
    if rows:
        console.print(shown)


def rejected(console: Console, connection: Connection, night: RowMapping) -> None:
    """What validation rejected so far, and what the new batches were warned about."""
    rows = statements.rows(connection, "summary/rejected", known_at=night["known_at"])
    heading(console, "Rejected by validation so far (rows lie in quarantine)")
    shown = table("rule", "rows", "source")
    for row in rows:
        shown.add_row(row["rule"], count(row["row_count"]), row["source"])
    console.print(shown if rows else "Nothing.")


def refused(console: Console, connection: Connection, night: RowMapping) -> None:
    """Batches that are not in the night, with their reasons."""
    rows = statements.rows(connection, "summary/refused", **night)
    if rows:
        heading(console, "Refused: the night is without them")
    for row in rows:
        console.print(f"- batch {row['batch_id']}: {row['reason']}")


def warned(console: Console, connection: Connection, night: RowMapping) -> None:
    """What is kept but stood out, in the night and in what came since the night before."""
    rows = statements.rows(connection, "summary/warnings", **night)
    if rows:
        heading(console, "Kept, but stood out")
    for row in rows:
        console.print(f"- {row['table_name']}: {row['sentence'] or row['rule']}")


def drift(console: Console, connection: Connection, night: RowMapping) -> None:
    """What moved away from the training's night, by PSI."""
    rows = statements.rows(connection, "summary/drift", as_of=night["as_of"])
    heading(console, "Drift against the training's night (PSI; limit widened for small groups)")
    if not rows:
        console.print("Nothing to compare with: no model has been trained yet.")
        return
    drifted = sum(row["drifted"] for row in rows)
    console.print(f"{drifted or 'Nothing'} drifted. The largest:")
    shown = table("column", "PSI", "limit", "")
    for row in rows:
        name = f"{row['column_name']} {row['value'] or ''}".strip()
        mark = "DRIFTED" if row["drifted"] else ("" if row["judged"] else "only shown")
        shown.add_row(name, f"{row['psi']:.3f}", f"{row['psi_limit']:.3f}", mark)
    console.print(shown)


def exports(console: Console, connection: Connection, night: RowMapping) -> None:
    """Where the night was delivered."""
    rows = statements.rows(connection, "summary/deliveries", night_id=night["night_id"])
    heading(console, "Delivered (only people who consent)")
    for row in rows:
        console.print(
            f"{row['destination']}: {count(row['row_count'])} people as {row['kind']}, "
            f"{count(row['without_consent_count'])} without consent left out\n"
            f"  [dim]{short(row['path'])}[/]",
            soft_wrap=True,
        )
    if not rows:
        console.print("Nothing: exports are of the newest night only.")


def notes(console: Console, configuration: Configuration, night: RowMapping) -> None:
    """Sentences that steps left behind, and which files of the configuration are missing."""
    kept = [note for note in night["notes"] if not note.startswith("Exported")]
    kept += [] if configuration.segments else [NO_SEGMENTS]
    kept += [] if configuration.destinations else [NO_DESTINATIONS]
    if kept:
        heading(console, "Worth knowing")
        for note in kept:
            console.print(f"- {note}")


def files(console: Console, deployment: Deployment, night: RowMapping) -> None:
    """Where the drift report lies."""
    report = deployment.home / "reports" / f"drift_{night['as_of']}.html"
    if report.exists():
        heading(console, "Report")
        console.print(short(str(report)), soft_wrap=True)


def next_things(console: Console, night: RowMapping) -> None:
    """Three things to try next; while nothing serves, first a training and the night again."""
    heading(console, "Three things to try next")
    as_of = night["as_of"]
    query = "select segment, people, churn from segment_summary where as_of = "
    trained = (f"night --as-of {as_of} --known-at recorded",)
    untrained = (f"train --as-of {as_of}", f"night --as-of {as_of}  # with the models trained")
    look = f"psql -c \"{query}'{as_of}'\""
    verbs = (look, *trained) if night["models"] else (*untrained, look)
    here = Path(".venv/bin/nocturne")  # where who stands in a checkout finds the command
    command = here if here.exists() else "nocturne"
    lines = [f"{command} {verb}" for verb in verbs]
    last = "make ui" if here.exists() else f"{command} status"
    console.print("\n".join([*lines, last][:3]), soft_wrap=True)


SECTIONS: tuple[Section, ...] = (
    people, segments, clusters, movement, refused, rejected, warned, drift, models, without,
    exports,
)  # fmt: skip


def short(path: str) -> str:
    """Return a path relative to where the reader stands, if it is below."""
    here = Path.cwd()
    whole = Path(path)
    return str(whole.relative_to(here)) if whole.is_relative_to(here) else path
