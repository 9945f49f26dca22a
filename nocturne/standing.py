"""What `nocturne status` prints."""

from rich.console import Console
from rich.table import Table

from pipelines import status
from pipelines.deployment import Deployment
from pipelines.status import Status


def show(deployment: Deployment) -> int:
    """Print how things stand; return 1 when a night is late, else 0."""
    console = Console(highlight=False, soft_wrap=True)
    standing = status.read(deployment)
    _nights(console, standing)
    _troubles(console, standing)
    _sources(console, standing)
    _lag(console, standing)
    return int(standing.late)


def _nights(console: Console, standing: Status) -> None:
    if not standing.published:
        console.print("No night is published yet: `nocturne night --as-of D` makes one.")
        return
    outdated = {row["as_of"]: row for row in standing.outdated}
    table = Table("night", "known at", "people", "published (UTC)", "", box=None, pad_edge=False)
    for row in standing.published[-14:]:
        marks = ["other code"] if row["as_of"] in standing.other_code else []
        if late := outdated.get(row["as_of"]):
            marks.append(f"outdated (≤ {late['people_at_most']:,} people)")
        table.add_row(
            str(row["as_of"]),
            f"batch {row['known_at']}",
            f"{row['row_counts'].get('customer_features', 0):,}",
            f"{row['published_at']:%Y-%m-%d %H:%M}",
            ", ".join(marks),
        )
    console.print(f"{len(standing.published)} nights are published.")
    console.print(table)


def _troubles(console: Console, standing: Status) -> None:
    if standing.late:
        console.print(
            f"LATE: {standing.expected} should be published by now. "
            f"`nocturne night --as-of {standing.expected}` builds it."
        )
    if standing.missing:
        days = ", ".join(str(day) for day in standing.missing)
        console.print(f"Missing between the first and the newest: {days}. Run `nocturne night`.")
    for row in standing.failed:
        console.print(
            f"Failed: {row['as_of']} ({row['ended_at']:%Y-%m-%d %H:%M} UTC). {row['failure']}"
        )
    for row in standing.building:
        console.print(
            f"Being built: {row['as_of']}, by {row['claimant']} since {row['opened_at']:%H:%M} UTC."
        )
    if standing.outdated:
        console.print(
            "Outdated nights: rows dated up to them came later. The next night counts them; "
            "`nocturne night --as-of D` builds D anew with what is known now."
        )
    if standing.other_code:
        console.print("Nights of other code or settings keep their rows until they are built anew.")


def _sources(console: Console, standing: Status) -> None:
    if not standing.sources:
        return
    table = Table("source", box=None, pad_edge=False)
    for name in ("batches", "received", "staged", "seen before", "rejected", "refused"):
        table.add_column(name, justify="right")
    for row in standing.sources:
        counts = ("batch_count", "received_count", "staged_count", "duplicate_count")
        more = (row["quarantined_count"], row["refused_count"])
        numbers = [row[count] for count in counts] + list(more)
        table.add_row(row["source"], *(f"{int(number):,}" for number in numbers))
    console.print()
    console.print(table)


def _lag(console: Console, standing: Status) -> None:
    """Say which destinations have not had the newest night."""
    for row in standing.deliveries:
        state = "has the newest night" if row["is_newest"] else f"last had {row['as_of']}"
        console.print(f"Destination {row['destination']} {state} ({row['row_count']:,} people).")
