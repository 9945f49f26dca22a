"""What `nocturne plan` prints."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from nocturne.documents import reports
from nocturne.progress import nights
from nocturne.show.console import narrow_console
from pipelines.attempts import claims
from pipelines.backfills import plan
from pipelines.backfills.changes import NightChange
from pipelines.backfills.date_range import DateRange
from pipelines.backfills.plan import Plan
from pipelines.configuration.load import read_configuration
from pipelines.delivery.corrections import Correction
from pipelines.deployment import Deployment

OTHER = {
    "build_code": "other code",
    "build_configuration": "other settings",
    "staging_version": "staged otherwise",
}


def show(
    deployment: Deployment, span: DateRange, folder: Path | None, *, as_json: bool = False
) -> None:
    """Plan a range, with the settings of a folder if one is given, and print what was found."""
    previewed = read_configuration(folder.resolve(), deployment.home) if folder else None
    with (
        claims.process_claim(deployment.warehouse, "nocturne plan") as claim,
        nights(f"plan of {span.first} to {span.last}", span) as listener,
    ):
        made = plan.plan(
            deployment, claim, plan.PlanRequest(span, previewed=previewed), listener=listener
        )
    if as_json:
        reports.write(reports.of_plan(made))
        return
    console = narrow_console()
    _found(console, made)
    _segments(console, made)
    _exports(console, made)
    _next(console, made, folder)


def _found(console: Console, made: Plan) -> None:
    changed = [found for found in made.found if found.changes]
    console.print(
        f"Plan {made.plan_id}: {len(made.found)} nights, known at batch {made.known_at}; "
        f"{len(changed)} would change. Nothing has been changed."
    )
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("night", "why", "people", "differ", "scores moved"):
        table.add_column(name, justify="left" if name in ("night", "why") else "right")
    for found in made.found:
        moved = f"{found.scores_moved:,}" if found.changes and found.night_id else "–"
        differ = f"{found.people_differ:,}"
        table.add_row(str(found.as_of), _why(found), f"{found.people:,}", differ, moved)
    console.print(table)
    for found in changed:
        if found.night_id is not None:
            console.print(f"{found.as_of}: {_rows(found)}")
    for found in made.found:
        if found.refused:
            console.print(f"{found.as_of}: {found.refused}")


def _why(found: NightChange) -> str:
    if found.refused:
        return "not built: too stale"
    if found.night_id is None:
        return "missing"
    reasons = [OTHER[name] for name in found.other]
    if late := found.outdated:
        reasons.append(
            f"outdated: {late['row_count']:,} rows from {late['sources']}, ≤ "
            f"{late['people_at_most']:,} people"
        )
    if found.differ and not reasons:
        reasons.append("products, or rows of nobody, changed since")
    return ", ".join(reasons) or "as published"


def _rows(found: NightChange) -> str:
    """Say per table how many rows would be others."""
    if found.rows is None:
        return f"its rows were let go; {', '.join(found.differ)} would be others."
    return "rows that differ: " + ", ".join(f"{t} {n:,}" for t, n in found.rows.items()) + "."


def _segments(console: Console, made: Plan) -> None:
    flips = [(found.as_of, flip) for found in made.found for flip in found.flips]
    if not flips:
        console.print("\nNobody enters or leaves a segment on a night that stands.")
        return
    table = Table("night", "segment", box=None, pad_edge=False, header_style="dim")
    table.add_column("enter", justify="right")
    table.add_column("leave", justify="right")
    for day, flip in flips:
        table.add_row(str(day), flip.segment, f"{flip.entered:,}", f"{flip.left:,}")
    console.print("\nSegments:")
    console.print(table)


def _exports(console: Console, made: Plan) -> None:
    corrected = next((found.exports for found in made.found if found.exports is not None), None)
    if corrected is None:
        console.print("\nExports: none, the newest night is not in the range.")
        return
    console.print("\nExports, when the newest night is delivered again:")
    for each in corrected:
        console.print(f"  {_corrected(each)}")
    if not corrected:
        console.print("  no destination.")


def _corrected(each: Correction) -> str:
    if each.whole:
        return f"{each.destination}: {each.added:,} rows, for {each.whole}."
    return (
        f"{each.destination}: {each.added:,} rows added, {each.changed:,} changed, "
        f"{each.removed:,} removed."
    )


def _next(console: Console, made: Plan, folder: Path | None) -> None:
    command = (
        f"nocturne backfill --from {made.span.first} --to {made.span.last} --plan {made.plan_id}"
    )
    console.print(f"\nTo do it{', with these settings in place' if folder else ''}:")
    console.print(f"  {command}", soft_wrap=True)
