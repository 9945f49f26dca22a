"""Exports: who is in them, that they verify, and that they appear whole or not at all."""

import csv
import hashlib
import json
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from pyarrow import parquet

from pipelines import claims, export, features, identify, publish, runner
from pipelines.configuration_files import read_configuration
from pipelines.destinations.columns import ALWAYS, CHOOSABLE
from pipelines.errors import ConfigurationFaulty, DestinationUnavailable, NothingThere
from tests.conftest import LINE_COLUMNS, environment, source
from tests.pipelines.attempts import fill

DAY = date(2026, 11, 20)
CRM_COLUMNS = ["customer_ref", "email", "consent_marketing"]
COLUMNS = ["spend_amount", "average_order_amount", "churn_probability", "churn_reasons"]
PEOPLE = {"c1": "true", "c2": "false", "c3": "", "c4": "true"}
CHILD = Path(__file__).parent / "killed_export.py"


def line(ref, order, day=DAY, **more):
    return {"order_id": order, "line_no": "1", "ordered_at": str(day), "customer_ref": ref,
            "quantity": "1", "net_amount": "40.10", **more}  # fmt: skip


def destination(kind, **more):
    return {"kind": kind, "path": f"exports/{kind}", "columns": COLUMNS, **more}


@pytest.fixture
def shop(new_shop):
    """A till and a CRM in which c1 and c4 consent; three kinds of destination."""
    shop = new_shop()
    shop.configure(
        "sources",
        {
            "sources": {
                "crm": source("customers", "crm/*.csv", CRM_COLUMNS),
                "till": source("order_lines", "till/*.csv", LINE_COLUMNS),
            }
        },
    )
    shop.configure("segments", {"segments": {"many": {"condition": "order_count > 3"}}})
    configure(shop, **{kind: destination(kind) for kind in ("csv", "jsonl", "parquet")})
    crm(shop, "1", **PEOPLE)
    lines = [line(ref, f"o{ref}") for ref in PEOPLE] + [line("", "guest", email="guest@x.example")]
    shop.write("till/1.csv", lines, LINE_COLUMNS)
    return shop


def configure(shop, **destinations):
    shop.configure("destinations", {"destinations": destinations})


def crm(shop, name, emails=None, **consents):
    emails = emails or {}
    rows = [
        {"customer_ref": ref, "email": emails.get(ref, ""), "consent_marketing": consent}
        for ref, consent in consents.items()
    ]
    shop.write(f"crm/{name}.csv", rows, CRM_COLUMNS)


def publish_night(shop, as_of=DAY, segments=("loyal", "early"), deliver=True):
    """Receive, build the attempt with scores and segments made by hand, publish it, export."""
    deployment = shop.deployment()
    runner.receive(deployment)
    with claims.process_claim(deployment.warehouse, "test") as claim:
        night = claims.open_night(deployment, claim, as_of)
        identify.identify(night)
        features.build_customer_features(night)
        with night.step("by hand") as connection:
            found = sa.text(f"select person_id from attempts.customer_features_{night.night_id}")
            ids = sorted(connection.execute(found).scalars())
            scores = [
                {"person_id": i, "churn_probability": 1 / (3 + n), "churn_reasons": ["a, b", 'c"d']}
                for n, i in enumerate(ids)
            ]
            groups = [
                {"person_id": i, "segments": list(segments), "primary_segment": "x"} for i in ids
            ]
            fill(connection, night, "customer_scores", scores)
            fill(connection, night, "customer_segments", groups)
        publish.publish(night)
        if deliver:
            export.export(night)
    deployment.warehouse.close()
    return night


def deliver(shop, **how):
    deployment = shop.deployment()
    try:
        return export.deliver(deployment, **how)
    finally:
        deployment.warehouse.close()


def current(shop, kind="jsonl"):
    return shop.home / "exports" / kind / "current"


def people(shop):
    text = (current(shop) / "segments.jsonl").read_text()
    return [json.loads(row) for row in text.splitlines()]


def refs(shop):
    return sorted(person["customer_id"] for person in people(shop))


def manifest(shop, kind="jsonl"):
    return json.loads((current(shop, kind) / "manifest.json").read_text())


def test_only_who_said_true_and_nowhere_false_is_delivered(shop):
    publish_night(shop)
    assert refs(shop) == ["c1", "c4"]
    assert manifest(shop)["counts"] == {
        "people_count": 5, "not_in_segments_count": 0, "without_consent_count": 3, "row_count": 2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "delivered"),
    [
        (("true", "true"), True),
        (("true", ""), True),
        (("true", "false"), False),
        (("", "false"), False),
        (("", ""), False),
    ],
)
def test_a_merged_person_consents_if_one_record_does_and_none_refuses(shop, said, delivered):
    same = {"m1": "m@x.example", "m2": "m@x.example"}
    crm(shop, "2", emails=same, m1=said[0], m2=said[1])
    shop.write("till/2.csv", [line("m1", "om1"), line("m2", "om2")], LINE_COLUMNS)
    publish_night(shop)
    assert (refs(shop) == ["c1", "c4", "m1"]) == delivered
    assert manifest(shop)["counts"]["people_count"] == 6


def test_consent_is_asked_when_the_export_runs_not_when_the_night_was_built(shop):
    publish_night(shop, deliver=False)
    crm(shop, "2", c1="false", c3="true")
    deployment = shop.deployment()
    runner.receive(deployment)
    deployment.warehouse.close()
    deliver(shop)
    assert refs(shop) == ["c3", "c4"]
    assert manifest(shop)["consent_known_at"] > manifest(shop)["known_at"]


def test_a_record_received_after_the_night_can_refuse_for_its_person(shop):
    shop.configure(
        "sources",
        {
            "sources": {
                "crm": source("customers", "crm/*.csv", CRM_COLUMNS),
                "shop": source("customers", "shop/*.csv", CRM_COLUMNS),
                "till": source("order_lines", "till/*.csv", LINE_COLUMNS),
            }
        },
    )
    publish_night(shop, deliver=False)
    refused = {"customer_ref": "c1", "consent_marketing": "false"}
    shop.write("shop/1.csv", [refused], CRM_COLUMNS)
    deployment = shop.deployment()
    runner.receive(deployment)
    deployment.warehouse.close()
    deliver(shop)
    assert refs(shop) == ["c4"]


def test_without_a_source_of_consent_exports_are_empty_and_say_so(shop):
    till = source("order_lines", "till/*.csv", LINE_COLUMNS)
    shop.configure("sources", {"sources": {"till": till}})
    night = publish_night(shop)
    assert people(shop) == []
    assert "no source says who consents" in manifest(shop)["sentence"]
    [row] = shop.query("select notes from ops.nights where night_id = :n", n=night.night_id)
    assert any("no source says who consents" in note for note in row["notes"])


def test_a_destination_that_asks_nobody_gets_everybody_and_says_so(shop):
    configure(shop, jsonl=destination("jsonl", consent="not_asked_internal_use_only"))
    publish_night(shop)
    assert [p["customer_id"] for p in people(shop)].count(None) == 1  # the guest
    assert len(people(shop)) == 5
    assert "consent was not asked" in manifest(shop)["sentence"]


def test_only_people_in_a_listed_segment_are_delivered(shop):
    configure(shop, jsonl=destination("jsonl", segments=["many"]))
    publish_night(shop)
    assert manifest(shop)["counts"]["not_in_segments_count"] == 5
    publish_night(shop, segments=("many", "loyal"))
    assert refs(shop) == ["c1", "c4"]


def test_json_lines_read_back_equal_the_night(shop):
    publish_night(shop)
    stored = shop.query(
        "select cast(f.person_id as text) as person_id, f.customer_refs[1] as customer_id,"
        " f.spend_amount, round(cast(f.average_order_amount as numeric), 4) as"
        " average_order_amount,"
        " round(cast(s.churn_probability as numeric), 6) as churn_probability, s.churn_reasons"
        " from marts.customer_features f join features.customer_scores s using (person_id)"
        " where f.customer_refs && array['c1', 'c4'] order by f.person_id"
    )
    text = (current(shop) / "segments.jsonl").read_text()
    read = [json.loads(row, parse_float=Decimal) for row in text.splitlines()]
    for row, person in zip(stored, read, strict=True):
        assert person == {**row, "segments": ["early", "loyal"], "last_updated": str(DAY)}
        assert list(person)[:4] == list(ALWAYS)


def test_the_three_kinds_say_the_same(shop):
    publish_night(shop)
    table = parquet.read_table(current(shop, "parquet") / "segments.parquet")
    with (current(shop, "csv") / "segments.csv").open(newline="") as file:
        cells = list(csv.DictReader(file))
    wanted = people(shop)
    assert [p["person_id"] for p in wanted] == table["person_id"].to_pylist()
    for person, typed, cell in zip(wanted, table.to_pylist(), cells, strict=True):
        assert typed["spend_amount"] == Decimal(cell["spend_amount"])
        assert float(cell["spend_amount"]) == person["spend_amount"]
        assert float(cell["churn_probability"]) == typed["churn_probability"]
        assert typed["churn_probability"] == person["churn_probability"]
        assert cell["churn_reasons"].split("|") == typed["churn_reasons"] == person["churn_reasons"]
        assert cell["segments"] == "early|loyal"
        assert typed["last_updated"] == date.fromisoformat(person["last_updated"]) == DAY


def test_counts_and_checksums_verify(shop):
    night = publish_night(shop)
    for row in shop.query("select * from ops.deliveries"):
        [(name, file)] = manifest(shop, row["kind"])["files"].items()
        content = (Path(row["path"]) / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file["sha256"] == row["sha256"]
        assert len(content) == file["bytes"] == row["byte_count"]
        assert row["night_id"] == night.night_id
        assert row["row_count"] == manifest(shop, row["kind"])["counts"]["row_count"] == 2
        assert current(shop, row["kind"]).resolve() == Path(row["path"])
    assert len(shop.query("select * from ops.deliveries")) == 3


def test_every_column_on_offer_is_what_the_night_has_and_can_be_exported(shop):
    configure(shop, parquet=destination("parquet", columns=list(CHOOSABLE)))
    publish_night(shop)
    table = parquet.read_table(current(shop, "parquet") / "segments.parquet")
    assert table.schema.names == [*ALWAYS, *CHOOSABLE]
    stored = shop.query(
        "select distinct column_name from information_schema.columns where table_schema ="
        " 'features' and table_name in ('customer_features', 'customer_scores',"
        " 'customer_segments')"
    )
    inside = {"night_id", "as_of", "person_id", "segments"}
    assert {row["column_name"] for row in stored} - inside == set(CHOOSABLE)


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
    finish = export.folder.finish

    def look(hidden, name, content):
        seen.append((hidden.is_dir(), refs(shop), manifest(shop)["night_id"]))
        return finish(hidden, name, content)

    monkeypatch.setattr(export.folder, "finish", look)
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
    done = subprocess.run(
        [sys.executable, CHILD, point], env=environment(shop), cwd=CHILD.parents[2]
    )
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


def test_every_fault_of_the_destinations_is_reported_at_once(shop):
    configure(
        shop,
        a=destination("fax", consent=None, colour="blue"),
        b=destination("csv", columns=["churn", "cluster", "cluster", "person_id"]),
        c=destination("csv", path=None, segments=["nobody"], consent="none"),
        d=destination("csv"),
        e=destination("csv"),
    )
    with pytest.raises(ConfigurationFaulty) as caught:
        read_configuration(shop.config, shop.home)
    assert [fault.split(" ")[1] for fault in caught.value.faults] == [
        "a.colour", "a.kind", "a.consent", "b.columns:", "b.columns:", "b.columns:",
        "c.consent", "c.path", "c.segments:", "e.path",
    ]  # fmt: skip


def test_consent_not_staged_as_the_code_now_reads_it_is_a_sentence_not_an_empty_file(shop):
    publish_night(shop, deliver=False)
    deployment = shop.deployment()
    changed = replace(deployment.configuration, business_time_zone="Asia/Tokyo")
    with pytest.raises(NothingThere, match="consent is known up to landing 0 only"):
        export.deliver(replace(deployment, configuration=changed))
    deployment.warehouse.close()
