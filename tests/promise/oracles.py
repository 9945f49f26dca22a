"""What must be so, worked out again in the dullest way from files and published rows."""

import csv
from datetime import date
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.oracle import received
from tests.oracle.features import COLUMNS, customer_features
from tests.oracle.people import people
from tests.promise.roads import LANDED_AT, Made, Place
from tests.promise.shop import ENGAGEMENT, ENTITIES, SEGMENTS, SHARED_VALUE_LIMIT, TOMBSTONE

ZONE = ZoneInfo("America/New_York")


def features_of_files(folder: Path, place: Place, made: Made) -> list[dict]:
    """Return customer_features of a night, from the files that had landed up to its known_at."""
    leave_out = received.LeaveOut(frozenset({"c11"}), frozenset({"e7@x.org"}))
    memories = {
        name: received.Memory(
            received.Source(
                name, entity, "America/New_York" if name == "till" else "UTC", TOMBSTONE,
                orders_arrive_whole=name == "market",
            ),
            ZONE,
            LANDED_AT.date(),
            leave_out=leave_out,
        )
        for name, entity in ENTITIES.items()
    }  # fmt: skip
    landed = place.query(
        "select batch_id, source, file from ops.batches where batch_id <= :k order by batch_id",
        k=made.known_at,
    )
    for batch in landed:
        with (folder / batch["source"] / batch["file"]).open(newline="", encoding="utf-8") as file:
            memories[batch["source"]].receive(batch["batch_id"], list(csv.DictReader(file)))
        for memory in memories.values():
            memory.end_accounts_left_out()
    known = received.frames(list(memories.values()))
    who = people(
        made.as_of, known["customers"], known["order_lines"], known["events"],
        first_named=received.first_named(list(memories.values())), most_refs=SHARED_VALUE_LIMIT,
    )  # fmt: skip
    table = customer_features(
        made.as_of, who, known["order_lines"], known["events"], known["products"], ENGAGEMENT
    )
    return table.to_dict("records")


def differing_cells(place: Place, made: Made, expected: list[dict]) -> list[tuple]:
    """Return column, person, what the night says and what was expected, wherever they differ."""
    found = place.query(
        "select * from features.customer_features where night_id = :n order by person_id",
        n=made.night_id,
    )
    mine = {row["person_id"]: row for row in found}
    theirs = {row["person_id"]: row for row in expected}
    lonely = [("person_id", person, person in mine, person in theirs)
              for person in sorted(mine.keys() ^ theirs.keys())]  # fmt: skip
    return lonely + [
        (column, person, mine[person][column], theirs[person][column])
        for person in sorted(mine.keys() & theirs.keys())
        for column in COLUMNS
        if not equal(mine[person][column], theirs[person][column])
    ]


def equal(mine: object, theirs: object) -> bool:
    """Return whether two cells are equal; floats to the last digits of their sums."""
    if isinstance(mine, float) and theirs is not None:
        return abs(mine - float(theirs)) < 1e-9  # type: ignore[arg-type]
    return mine == theirs


def staged_rows(place: Place) -> dict[str, list[str]]:
    """Return every row that staging, identity and quarantine hold, as text."""
    tables = [f"staging.{entity}" for entity in sorted(set(ENTITIES.values()))]
    tables += ["identity.customer_refs", "identity.sightings", "quarantine.rows"]
    return {
        table: [
            row["t"]
            for row in place.query(f"select cast(t as text) as t from {table} t order by 1")
        ]
        for table in tables
    }


def standing_segments(place: Place) -> dict[date, dict[int, tuple[list[str], str]]]:
    """Return who is in which segments, and the primary one, on each day that is published."""
    nights: dict[date, dict[int, tuple[list[str], str]]] = {
        row["as_of"]: {}
        for row in place.query("select as_of from ops.published where replaced_at is null")
    }
    rows = place.query(
        "select s.* from features.customer_segments as s join ops.published as p"
        " using (night_id) where p.replaced_at is null"
    )
    for row in rows:
        nights[row["as_of"]][row["person_id"]] = row["segments"], row["primary_segment"]
    return dict(sorted(nights.items()))


def changes_told_by(nights: dict) -> set[tuple]:
    """Return day, person, segment and change, from one published night to the next."""
    told, before = set(), {}
    for day, people_ in nights.items():
        now = {(person, name) for person, (names, _) in people_.items() for name in names}
        told |= {(day, *pair, "entered") for pair in now - set(before)}
        told |= {(day, *pair, "left") for pair in set(before) - now}
        before = now
    return told


def stays_told_by(nights: dict) -> set[tuple]:
    """Return person, segment, the day the stay began and the day it ended, by walking the days."""
    stays, since = set(), {}
    for day, people_ in nights.items():
        now = {(person, name) for person, (names, _) in people_.items() for name in names}
        for pair in set(since) - now:
            stays.add((*pair, since.pop(pair), day))
        since |= dict.fromkeys(now - set(since), day)
    return stays | {(*pair, began, None) for pair, began in since.items()}


def movements_told_by(nights: dict) -> dict[tuple, int]:
    """Return how many went from which primary segment to which, from one night to the next."""
    told: dict[tuple, int] = {}
    for (_, then), (day, now) in pairwise(nights.items()):
        for person in then.keys() | now.keys():
            origin = then[person][1] if person in then else "(new)"
            move = (day, origin, now[person][1] if person in now else "(gone)")
            told[move] = told.get(move, 0) + 1
    return told


def sizes_told_by(nights: dict) -> dict[tuple, int]:
    """Return how many are in each segment on each night."""
    return {
        (day, name): sum(name in names for names, _ in people_.values())
        for day, people_ in nights.items()
        for name in SEGMENTS
    }
