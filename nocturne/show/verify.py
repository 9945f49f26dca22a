"""Print the report of `nocturne verify`."""

from datetime import date
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from nocturne.documents import reports
from nocturne.progress import walk
from nocturne.show.console import narrow_console
from pipelines.attempts import claims
from pipelines.attempts.compare import Comparison, Difference, RowChange
from pipelines.backfills import verify
from pipelines.backfills.verify import Proof
from pipelines.deployment import Deployment

SHOWN = 20  # lines per table: enough to see what it is about, short enough to read


def show(deployment: Deployment, as_of: date, *, now: bool, as_json: bool = False) -> int:
    """Verify a night and say what came of it; return 1 if it is not what its record makes.

    With `now` the differences are information, and 0 is returned.
    """
    names = [step.name for step in verify.STEPS]
    with (
        claims.process_claim(deployment.warehouse, "nocturne verify") as claim,
        walk(f"verifying {as_of}", names) as listener,
    ):
        proof = verify.verify(deployment, claim, verify.ProofRequest(as_of, now), listener=listener)
    if as_json:
        reports.write(reports.of_proof(proof, now))
        return int(not now and not proof.holds)
    console = narrow_console()
    if now:
        _would_change(console, proof)
    else:
        _verdict(console, proof)
    for sentence in proof.inputs.sentences:
        console.print(sentence)
    if proof.comparison is not None:
        for difference in proof.comparison.tables:
            _differences(console, difference, "now" if now else "rebuilt")
    return int(not now and not proof.holds)


def _verdict(console: Console, proof: Proof) -> None:
    """Say in a sentence or two whether the night holds, and if not, where to look."""
    as_of, comparison = proof.night["as_of"], proof.comparison
    rows, tables = sum(proof.row_counts.values()), len(proof.row_counts)
    built = f"built again in full, known at batch {proof.known_at}"
    if comparison is None:
        console.print(f"The rows of {as_of} are gone (retention); their hashes are compared.")
    if proof.holds:
        like = "have the recorded hashes" if comparison is None else "equal the published, each row"
        console.print(f"{as_of} holds: {rows:,} rows of {tables} tables, {built}, {like}.")
        return
    if comparison is None:
        console.print(f"{as_of} DIFFERS, {built}: {', '.join(proof.unlike)} hashed otherwise.")
    else:
        people, count = _count(comparison.people, "person", "people"), comparison.row_count
        console.print(f"{as_of} DIFFERS, {built}: {_count(count, 'row', 'rows')}, {people}.")
    console.print(_cause(proof))


def _cause(proof: Proof) -> str:
    """Say where differences come from, as far as the record tells."""
    repair = f"`nocturne night --as-of {proof.night['as_of']} --known-at recorded` builds it anew."
    unlike, edited = ", ".join(proof.unlike), ", ".join(proof.edited)
    if not proof.unlike:
        return (
            "Built again, all rows are as recorded: the published rows were changed after they "
            f"were published, in {edited}. {repair}"
        )
    if not proof.inputs.is_exact:
        return "That may come from what is another today:"
    also = f" Published rows were changed, too, in {edited}." if edited else ""
    return (
        f"Code, settings and models are the night's, yet {unlike} is not as recorded: somebody "
        f"changed rows in raw, staging or identity by hand.{also}"
    )


def _would_change(console: Console, proof: Proof) -> None:
    """Say what today's knowledge would make of the night."""
    as_of, comparison = proof.night["as_of"], proof.comparison
    knowledge = f"known at batch {proof.night['known_at']}, now batch {proof.known_at}"
    if comparison is None:
        changed = ", ".join(proof.unlike) or "nothing"
        console.print(
            f"The rows of {as_of} are gone (retention); by their hashes {changed} would "
            f"change ({knowledge})."
        )
    elif not comparison.row_count:
        console.print(f"Nothing of {as_of} would change ({knowledge}).")
    else:
        people = _count(comparison.people, "person", "people")
        console.print(
            f"{people} of {as_of} would change ({knowledge}). {_flips(comparison)} "
            f"`nocturne night --as-of {as_of}` builds it so."
        )


def _flips(comparison: Comparison) -> str:
    each = [f"{flip.segment} +{flip.entered:,} −{flip.left:,}" for flip in comparison.flips]
    return f"Segments: {', '.join(each)}." if each else "Nobody's segments would."


def _differences(console: Console, difference: Difference, after: str) -> None:
    """List the first rows that differ of a table, a line per column."""
    if not difference.row_count:
        return
    parts = {
        "changed": difference.changed,
        "only published": difference.only_before,
        f"only {after}": difference.only_after,
    }
    counted = ", ".join(f"{count:,} {what}" for what, count in parts.items() if count)
    console.print(f"\n[bold]{difference.table}[/]: {counted}")
    if difference.columns:
        console.print(", ".join(f"{name} {count:,}" for name, count in difference.columns.items()))
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("key", "column", "published", after):
        table.add_column(name, overflow="fold")
    lines = [line for change in difference.sample for line in _lines(change)]
    for line in lines[:SHOWN]:
        table.add_row(*line)
    console.print(table)
    hidden = difference.row_count - len(difference.sample)
    if hidden or len(lines) > SHOWN:
        console.print(f"The first {min(SHOWN, len(lines))} lines; there are more.")


def _lines(change: RowChange) -> list[tuple[str, str, str, str]]:
    key = escape(" ".join(str(part) for part in change.key.values()))
    if change.before is None or change.after is None:
        sides = ("–", "a row") if change.before is None else ("a row", "–")
        return [(key, "", *sides)]
    before, after = change.before, change.after
    return [(key, name, _cell(before[name]), _cell(after[name])) for name in change.columns]


def _cell(value: Any) -> str:
    """Return a value as a person reads it; brackets are rich's markup and are escaped."""
    if value is None:
        return "null"
    if isinstance(value, list):
        return ", ".join(escape(str(item)) for item in value) or "{}"
    return escape(str(value))


def _count(number: int, one: str, more: str) -> str:
    return f"{number:,} {one if number == 1 else more}"
