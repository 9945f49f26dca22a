"""Nightly, mended, backfilled, in full, from raw: whatever happens in the shop, the same rows.

More examples: `PROMISE_EXAMPLES=500 .venv/bin/pytest tests/promise -n 0 --timeout 0`; each run then
draws others, `--hypothesis-seed=N` draws the same again, and what fails is shrunk.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.promise import oracles
from tests.promise.conftest import MORE
from tests.promise.happenings import Shorter
from tests.promise.roads import Made, Place, live, move_raw, random_shop
from tests.promise.script import Script, scripts
from tests.promise.shop import START

pytestmark = pytest.mark.timeout(1200)
PHASES = (Phase.explicit, Phase.generate, *([Phase.shrink] if MORE else []))
promised = settings(
    max_examples=MORE or 6,
    derandomize=not MORE,
    deadline=None,
    database=None,
    phases=PHASES,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)


def same(road: str, made: list[Made], others: list[Made]) -> None:
    """Nights built two ways have equal tables, whatever their numbers."""
    assert [(each.as_of, each.known_at) for each in made] == [
        (each.as_of, each.known_at) for each in others
    ]
    different = [
        (str(one.as_of), one.known_at, table)
        for one, other in zip(made, others, strict=True)
        for table in one.hashes
        if one.hashes[table] != other.hashes[table]
    ]
    assert different == [], road


def holds_what_the_files_say(folder: Path, place: Place, made: list[Made]) -> None:
    """The features of each night are those of the dull oracle."""
    for each in made:
        expected = oracles.features_of_files(folder, place, each)
        different = oracles.differing_cells(place, each, expected)
        assert different == [], f"{each.as_of} as known at {each.known_at}: {different[:5]}"


def ledger_agrees(place: Place) -> None:
    """The ledger, and what is derived from it, is what the published nights say side by side."""
    nights = oracles.standing_segments(place)
    ledger = place.query("select as_of, person_id, segment, change from ops.segment_ledger")
    assert {tuple(row.values()) for row in ledger} == oracles.changes_told_by(nights)
    stays = place.query(
        "select person_id, segment, entered_on, left_on from marts.segment_membership"
    )
    assert {tuple(row.values()) for row in stays} == oracles.stays_told_by(nights)
    moves = place.query(
        "select as_of, from_segment, to_segment, people from marts.segment_movement"
    )
    assert {tuple(row.values())[:3]: row["people"] for row in moves} == (
        oracles.movements_told_by(nights)
    )
    sizes = place.query("select as_of, segment, people from marts.segment_summary")
    assert {(row["as_of"], row["segment"]): row["people"] for row in sizes} == (
        oracles.sizes_told_by(nights)
    )


@promised
@given(script=scripts())
def test_all_roads_lead_to_the_same_rows(databases, script: Script):
    with random_shop(databases) as (place, shop):
        nightly = live(place, shop, script)
        ledger_agrees(place)
        holds_what_the_files_say(shop.folder, place, nightly)
        in_full = [place.in_full(each.as_of, each.known_at) for each in nightly]
        same("nightly and in full", nightly, in_full)
        last = place.known_at()
        mended = [place.night(day, last) for day in script.repairs]
        same("mended and in full", mended, [place.in_full(day, last) for day in script.repairs])
        ledger_agrees(place)
        holds_what_the_files_say(shop.folder, place, mended)
        from_raw(databases, place, nightly)


def test_an_order_that_comes_whole_and_shorter_keeps_the_lines_it_still_has(databases):
    days = (START, START + timedelta(days=1))
    script = Script(((days[0], ()), (days[1], (Shorter(pick=0),))), ())
    with random_shop(databases) as (place, shop):
        nightly = live(place, shop, script)
        holds_what_the_files_say(shop.folder, place, nightly)
        from_raw(databases, place, nightly)


def from_raw(databases: Callable, place: Place, nightly: list[Made]) -> None:
    """An empty database that is given what was received makes the same of it."""
    with random_shop(databases) as (elsewhere, _):
        move_raw(place, elsewhere)
        elsewhere.receive()
        assert oracles.staged_rows(elsewhere) == oracles.staged_rows(place)
        rims = [nightly[0], nightly[-1]]  # those between are made of the same staged rows
        again = [elsewhere.in_full(each.as_of, each.known_at) for each in rims]
        same("nightly and from raw", rims, again)
