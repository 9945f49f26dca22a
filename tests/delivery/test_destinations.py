"""What an export is: equal to the night in every kind of file, with checksums that verify."""

import csv
import hashlib
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from pyarrow import parquet

from pipelines.configuration.export_columns import ADDRESSES, ALWAYS, CHOOSABLE
from pipelines.configuration.load import read_configuration
from pipelines.errors import ConfigurationFaulty
from tests.support.exporting_shop import (
    DAY,
    configure,
    current,
    destination,
    manifest,
    people,
    publish_night,
    three_exports,
)


@pytest.fixture
def shop(new_shop):
    return three_exports(new_shop())


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
    assert {row["column_name"] for row in stored} - inside == set(CHOOSABLE) - set(ADDRESSES)


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
        "c.consent", "c.path", "c.segments:", "d.path", "e.path",
    ]  # fmt: skip
