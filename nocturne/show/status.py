"""Print the report of `nocturne status`."""

from datetime import date, timedelta
from itertools import groupby
from textwrap import fill

from rich.console import Console
from rich.table import Table

from nocturne import troubles
from nocturne.documents import reports
from pipelines.checking.fates import Fates, in_order
from pipelines.deployment import Deployment
from pipelines.nights import status
from pipelines.nights.status import Status

WIDTH = 80
COMMANDS = 3  # told at most for days that do not follow each other


def show(deployment: Deployment, *, as_json: bool = False) -> int:
    """Print how things stand; return the exit code: 1 if rows are missing, 3 if a night is late."""
    standing = status.read_status(deployment)
    if as_json:
        reports.write(reports.of_status(standing))
    else:
        _print(standing)
    if _unbalanced(standing):
        return troubles.FAILED
    return troubles.LATE if standing.late else 0


def _unbalanced(standing: Status) -> bool:
    """Return whether what became of a source's rows does not add up to what was received."""
    return not all(source["adds_up"] for source in reports.of_status(standing)["sources"])


def _print(standing: Status) -> None:
    console = Console(highlight=False, soft_wrap=True)
    _nights(console, standing)
    _troubles(console, standing)
    _sources(console, standing)
    _lag(console, standing)


def _nights(console: Console, standing: Status) -> None:
    if not standing.published:
        console.print("No night is published yet: `nocturne night --as-of D` makes one.")
        return
    outdated = {row["as_of"]: row for row in standing.outdated}
    table = Table("night", "known at", "people", "published (UTC)", "", box=None, pad_edge=False)
    for row in standing.published[-14:]:
        as_of = row["as_of"]
        marks = ["stale"] if as_of in standing.stale else []
        marks += ["other code"] if as_of in standing.other_code else []
        if late := outdated.get(as_of):
            marks.append(f"outdated (≤ {late['people_at_most']:,} people)")
        marks += ["rows let go"] if row["retired_at"] else []
        table.add_row(
            str(as_of),
            f"batch {row['known_at']}",
            f"{row['row_counts'].get('customer_features', 0):,}",
            f"{row['published_at']:%Y-%m-%d %H:%M}",
            ", ".join(marks),
        )
    console.print(f"{len(standing.published)} nights are published.")
    console.print(table)


def _troubles(console: Console, standing: Status) -> None:
    """Say what is not as it should be, each with what to do."""
    if standing.late:
        console.print(
            f"LATE: {standing.expected} should be published by now. "
            f"`nocturne night --as-of {standing.expected}` builds it."
        )
    if missing := standing.missing:
        console.print(
            f"Missing between the first and the newest: {days(missing)}. "
            f"{_backfill(missing)} builds them."
        )
    for row in standing.failed:
        console.print(
            f"Failed: {row['as_of']} ({row['ended_at']:%Y-%m-%d %H:%M} UTC). {row['failure']} "
            f"`nocturne night --as-of {row['as_of']}` tries again."
        )
    for row in standing.refused:
        console.print(f"Refused: batch {row['batch_id']}. {row['reason']}")
    _building(console, standing)
    _unfinished(console, standing)
    _out_of_step(console, standing)


def _building(console: Console, standing: Status) -> None:
    for row in standing.building:
        night = f"{row['as_of']} ({row['purpose']})"
        if row["night_id"] in standing.left_behind:
            console.print(
                f"Left behind: {night}. Its builder, {row['claimant']}, is gone; the next night "
                "sweeps it."
            )
        else:
            console.print(
                f"Being built: {night}, by {row['claimant']} since {row['opened_at']:%H:%M} UTC."
            )


def _unfinished(console: Console, standing: Status) -> None:
    for row in standing.unfinished:
        console.print(
            f"Backfill {row['backfill_id']} of {row['from_as_of']} to {row['to_as_of']} is not "
            f"finished: `nocturne backfill --from {row['from_as_of']} --to {row['to_as_of']}` goes "
            "on with it, `nocturne backfill --abandon` gives it up."
        )


def _out_of_step(console: Console, standing: Status) -> None:
    """Say which nights stand but would be others if built now, and what to do about each kind."""
    for models, nights in _by_reason(standing.stale).items():
        is_one = len(models) == 1
        console.print(
            f"Stale: {days(nights)}. {'Model' if is_one else 'Models'} {', '.join(models)} "
            f"{'is' if is_one else 'are'} gone from the home: they cannot be built again as they "
            "were. Restore its models/ from a backup, or "
            f"{_backfill(nights, ' --models champion')} builds them with the models of today."
        )
    for versions, nights in _by_reason(standing.other_code).items():
        console.print(
            f"Other code: {days(nights)}. They keep the rows that another {', '.join(versions)} "
            f"made. {_plan(nights)} shows what building them anew would change, "
            f"{_backfill(nights)} does it."
        )
    if standing.outdated:
        nights = [row["as_of"] for row in standing.outdated]
        console.print(
            f"Outdated: {days(nights)}. Rows dated up to them came later; the next night counts "
            f"them. {_plan(nights)} shows what they would change, {_backfill(nights)} does it."
        )
    if standing.restaging:
        console.print(f"{standing.restaging} Until then nights may be outdated without a mark.")


def days(nights: list[date]) -> str:
    """Return days in order, those without a gap as a range."""
    ranges = _runs(nights)
    return ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 1 else str(run[0]) for run in ranges)


def _runs(nights: list[date]) -> list[list[date]]:
    """Return days in order, those without a gap together."""
    runs: list[list[date]] = []
    for day in nights:
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def _by_reason(nights: dict[date, list[str]]) -> dict[tuple[str, ...], list[date]]:
    """Return the nights that share a reason together."""
    found: dict[tuple[str, ...], list[date]] = {}
    for as_of, reasons in nights.items():
        found.setdefault(tuple(reasons), []).append(as_of)
    return found


def _backfill(nights: list[date], how: str = "") -> str:
    return _commands("backfill", nights, how)


def _plan(nights: list[date]) -> str:
    return _commands("plan", nights)


def _commands(verb: str, nights: list[date], how: str = "") -> str:
    """Return a command for each run of days, so that no night between is built anew."""
    runs = _runs(nights)
    message = [f"`nocturne {verb} --from {r[0]} --to {r[-1]}{how}`" for r in runs[:COMMANDS]]
    more = f", and so on for {len(runs) - COMMANDS} more," if len(runs) > COMMANDS else ""
    return ", then ".join(message) + more


def _sources(console: Console, standing: Status) -> None:
    """Say per source what became of the rows received, and whether that adds up."""
    if standing.sources:
        console.print("\nRows received, and what became of them:")
    for name, rows in groupby(standing.sources, key=lambda row: row["source"]):
        sent = list(rows)
        received = sum(row["received_count"] for row in sent)
        batches = sum(row["batch_count"] for row in sent)
        fates = standing.fates.get(name, Fates())
        message = " + ".join(f"{count:,} {fate}" for fate, count in in_order(fates))
        line = f"{name}: {received:,} in {batches:,} batches"
        line += f" = {message}" if message else ""
        if refused := sum(row["refused_count"] for row in sent):
            line += f" ({refused:,} batches refused)"
        console.print(fill(f"{line}.", WIDTH, initial_indent="  ", subsequent_indent="    "))
        if fates.total() != received:
            console.print(
                f"  THIS DOES NOT ADD UP: {fates.total():,} of {received:,}. `select * from fates` "
                "in `nocturne psql` tells per batch; see docs/quarantine.md."
            )


def _lag(console: Console, standing: Status) -> None:
    """Say which destinations have not had the newest night."""
    for row in standing.deliveries:
        state = "has the newest night" if row["is_newest"] else f"last had {row['as_of']}"
        console.print(f"Destination {row['destination']} {state} ({row['row_count']:,} people).")
