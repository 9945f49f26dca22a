"""A refused batch that is let in comes again as a new one, judged row by row, once."""

import json

import pytest

from pipelines.errors import NothingThere
from pipelines.nights import runner
from pipelines.quarantine import accept_batch, replay
from tests.support.orders import D, line
from tests.support.replayed_rows import act, adds_up, fates, lines
from tests.support.shop import LINE_COLUMNS


@pytest.fixture
def refused(new_shop):
    """A shop with a batch that is refused, as most of its rows are."""
    shop = new_shop(freshness_days=30, night_on_refused="go_on")
    shop.write("till/1.csv", [line(f"a{n}", str(D)) for n in range(20)], LINE_COLUMNS)
    act(shop, runner.receive)
    rows = [line(f"b{n}", str(D)) for n in range(5)]
    rows += [line(f"x{n}", "?") for n in range(15)] + [line("a0", str(D), quantity="3")]
    path = shop.write("till/2.csv", rows, LINE_COLUMNS)
    path.write_bytes(path.read_bytes() + b"b;1;broken\n")
    act(shop, runner.receive)
    assert fates(shop) == {1: {"current": 20}, 2: {"refused": 22}}
    return shop


def test_an_accepted_batch_comes_again_as_a_new_one_judged_row_by_row(refused):
    accepted = act(refused, accept_batch.accept, 2)
    assert accepted.sentence == "batch 2 is accepted as batch 3: 21 rows."
    act(refused, replay.replay)
    assert fates(refused) == {
        1: {"current": 19, "superseded": 1},
        2: {"refused": 22},
        3: {"current": 6, "quarantined": 15},
    }
    assert lines(refused)["a0"] == (3, str(D), 3)
    assert adds_up(refused)
    again = act(refused, accept_batch.accept, 2)
    assert again.batch_id is None
    assert "was accepted before, as batch 3. Nothing was added." in again.sentence
    assert len(refused.query("select * from ops.batches")) == 3


def test_what_came_again_since_stays_behind_when_its_refused_batch_is_accepted(refused):
    refused.write("till/3.csv", [line("a0", str(D), quantity="9")], LINE_COLUMNS)
    act(refused, runner.receive)
    accepted = act(refused, accept_batch.accept, 2)
    assert accepted.sentence.endswith("20 rows; 1 stay behind, as their key came again since.")
    act(refused, replay.replay)
    assert lines(refused)["a0"] == (3, str(D), 9)
    assert adds_up(refused)


def test_an_unreadable_row_of_a_refused_batch_is_repaired_and_counted_once(refused):
    act(refused, accept_batch.accept, 2)
    refused.query(
        "update quarantine.rows set repaired = cast(:o as jsonb) where staging_version = ''",
        o=json.dumps(line("whole", str(D))),
    )
    act(refused, replay.replay)
    assert fates(refused)[2] == {"refused": 21, "replayed": 1}
    assert lines(refused)["whole"][0] == 4
    assert adds_up(refused)


def test_what_cannot_be_accepted_is_told_with_what_to_do(refused):
    (refused.home / "till" / "3.csv").write_bytes(b"")
    act(refused, runner.receive)
    with pytest.raises(NothingThere, match=r"has no rows that could be accepted.*land --again"):
        act(refused, accept_batch.accept, 3)
    with pytest.raises(NothingThere, match="is not refused, it is staged"):
        act(refused, accept_batch.accept, 1)
    with pytest.raises(NothingThere, match="there is no batch 77"):
        act(refused, accept_batch.accept, 77)
