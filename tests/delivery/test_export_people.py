"""Who is in an export: who consents, as known when it runs, and is in a listed segment."""

import hashlib
from dataclasses import replace

import pytest

from pipelines.delivery import export
from pipelines.errors import ConfigurationFaulty, NothingThere
from pipelines.nights import runner
from tests.support.exporting_shop import (
    CRM_COLUMNS,
    configure,
    crm,
    deliver,
    destination,
    line,
    manifest,
    people,
    publish_night,
    refs,
    three_exports,
)
from tests.support.shop import LINE_COLUMNS, source


@pytest.fixture
def shop(new_shop):
    return three_exports(new_shop())


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


def test_consent_not_staged_as_the_code_now_reads_it_is_a_sentence_not_an_empty_file(shop):
    publish_night(shop, deliver=False)
    deployment = shop.deployment()
    changed = replace(deployment.configuration, business_time_zone="Asia/Tokyo")
    with pytest.raises(NothingThere, match="consent is known up to landing 0 only"):
        export.deliver(replace(deployment, configuration=changed))
    deployment.warehouse.close()


ADDRESSES = ["email", "email_sha256", "phone"]


def test_an_address_goes_to_who_consents_and_is_of_a_record_that_says_so(shop):
    same = {"m1": "New@X.example", "m2": "m@x.example", "c2": "refuses@x.example"}
    shop.write("crm/2.csv", [
        {"customer_ref": "m1", "email": same["m1"], "consent_marketing": "true"},
        {"customer_ref": "c2", "email": same["c2"], "consent_marketing": "false"},
    ], CRM_COLUMNS)  # fmt: skip
    shop.write("till/2.csv", [line("m1", "om1", email="m@x.example"),
                              line("m2", "om2", email="m@x.example")], LINE_COLUMNS)  # fmt: skip
    crm(shop, "3", emails={"m2": same["m2"]}, m2="")
    configure(shop, jsonl=destination("jsonl", columns=ADDRESSES))
    publish_night(shop)
    rows = {row["customer_id"]: row for row in people(shop)}
    assert set(rows) == {"c1", "c4", "m1"}
    digest = hashlib.sha256(b"new@x.example").hexdigest()
    assert (rows["m1"]["email"], rows["m1"]["email_sha256"]) == ("new@x.example", digest)
    assert (rows["c1"]["email"], rows["c1"]["email_sha256"], rows["c1"]["phone"]) == (None,) * 3
    assert "refuses" not in str(rows)
    assert "m@x.example" not in str(rows), "that record says nothing of consent"


def test_an_address_without_consent_is_a_fault_of_the_configuration(shop):
    house = "not_asked_internal_use_only"
    configure(shop, csv=destination("csv", columns=ADDRESSES, consent=house))
    with pytest.raises(ConfigurationFaulty, match=r"csv\.columns: email, email_sha256, phone go"):
        shop.deployment()
