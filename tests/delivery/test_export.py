"""Exports: when one is due, and that it appears whole or not at all."""

import signal
import subprocess
import sys
from datetime import date

import pytest

from pipelines.delivery.files import folder
from pipelines.errors import DestinationUnavailable, NothingThere
from tests.support.exporting_shop import (
    DAY,
    configure,
    current,
    deliver,
    destination,
    line,
    manifest,
    people,
    publish_night,
    refs,
    three_exports,
)
from tests.support.shop import CHECKOUT, LINE_COLUMNS, environment

CHILD = CHECKOUT / "tests" / "support" / "killed_export.py"


@pytest.fixture
def shop(new_shop):
    return three_exports(new_shop())


def test_a_night_is_not_delivered_twice_but_a_rebuilt_one_is_due_again(shop):
    publish_night(shop)
    assert {d.outcome for d in deliver(shop)} == {"already delivered"}
    publish_night(shop, deliver=False)
    assert {d.outcome for d in deliver(shop, dry_run=True)} == {"due"}
    assert [d.outcome for d in deliver(shop, only="csv")] == ["delivered"]
    assert [d.outcome for d in deliver(shop)] == ["already delivered", "delivered", "delivered"]


def test_a_changed_destination_is_due_again_and_so_is_changing_it_back(shop):
    publish_night(shop)
    before = current(shop).resolve()
    configure(shop, jsonl=destination("jsonl", columns=["cluster"]))
    assert [d.outcome for d in deliver(shop)] == ["delivered"]
    assert "cluster" in people(shop)[0]
    configure(shop, jsonl=destination("jsonl"))
    assert [d.outcome for d in deliver(shop)] == ["delivered"]
    assert current(shop).resolve() == before


def test_a_dry_run_counts_and_writes_nothing(shop):
    publish_night(shop, deliver=False)
    assert [d.counts["row_count"] for d in deliver(shop, dry_run=True)] == [2, 2, 2]
    assert not (shop.home / "exports").exists()
    assert shop.query("select * from ops.deliveries") == []


def test_a_backfill_of_an_older_night_delivers_nothing_and_says_so(shop):
    newest = publish_night(shop)
    shop.write("till/2.csv", [line("c1", "late", date(2026, 11, 18))], LINE_COLUMNS)
    older = publish_night(shop, as_of=date(2026, 11, 19))
    assert {r["night_id"] for r in shop.query("select * from ops.deliveries")} == {newest.night_id}
    [row] = shop.query("select notes from ops.nights where night_id = :n", n=older.night_id)
    assert "Nothing was exported: 2026-11-20 is the newest published night." in row["notes"]


def test_the_last_export_stays_readable_while_the_next_is_written(shop, monkeypatch):
    publish_night(shop)
    seen = []
    finish = folder.finish

    def look(hidden, name, content):
        seen.append((hidden.is_dir(), refs(shop), manifest(shop)["night_id"]))
        return finish(hidden, name, content)

    monkeypatch.setattr(folder, "finish", look)
    first = manifest(shop)["night_id"]
    second = publish_night(shop)
    assert seen[1] == (True, ["c1", "c4"], first)
    assert manifest(shop)["night_id"] == second.night_id


POINTS = ["_write", "finish", "moved", "point", "pointed", "recorded"]


@pytest.mark.parametrize("point", POINTS)
def test_killed_anywhere_the_old_export_stays_and_again_gives_the_same(shop, point):
    configure(shop, jsonl=destination("jsonl"))
    first = publish_night(shop)
    old = current(shop).resolve()
    second = publish_night(shop, deliver=False)
    done = subprocess.run([sys.executable, CHILD, point], env=environment(shop), cwd=CHECKOUT)
    assert done.returncode == -signal.SIGKILL
    pointed = point in ("pointed", "recorded")
    assert (current(shop).resolve() == old) != pointed
    assert manifest(shop)["night_id"] == (second if pointed else first).night_id
    assert refs(shop) == ["c1", "c4"]
    deliver(shop)
    seen = sorted(path.name for path in old.parent.iterdir())
    assert seen == sorted([f"{DAY}-{first.night_id}", f"{DAY}-{second.night_id}", "current"])
    assert current(shop).resolve().name == f"{DAY}-{second.night_id}"
    assert len(shop.query("select * from ops.deliveries")) == 2


def test_one_destination_that_cannot_be_written_keeps_no_other_from_theirs(shop):
    (shop.home / "exports").mkdir()
    (shop.home / "exports" / "csv").write_text("in the way")
    with pytest.raises(DestinationUnavailable, match="csv"):
        publish_night(shop)
    assert refs(shop) == ["c1", "c4"]


def test_what_is_not_there_is_a_sentence(shop):
    with pytest.raises(NothingThere, match="no night is published"):
        deliver(shop)
    with pytest.raises(NothingThere, match=r"has no post. It has: csv, jsonl, parquet"):
        deliver(shop, only="post")
