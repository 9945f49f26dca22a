"""A file landed again replaces what it brought before: no line counts twice."""

import csv
import gzip
import json
from datetime import timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.quarantine import replay
from tests.support.landed_files import land_here
from tests.support.object_storage import BUCKET, KEYS, client_of, moto_server
from tests.support.orders import D, line
from tests.support.receiving import unbalanced
from tests.support.replayed_rows import act
from tests.support.shop import source

NO_NUMBER = ["order_id", "ordered_at", "customer_ref", "quantity", "net_amount", "gross"]
LINES = [
    {name: row.get(name, "12.00") for name in NO_NUMBER}
    for row in (line("A", str(D)), line("A", str(D)), line("B", str(D), customer_ref="c2"))
]
WRONG, MENDED = {"net_amount": "gross"}, {"net_amount": "net_amount"}


def configure(shop, columns, **entry):
    till = source("order_lines", "till/*.csv", NO_NUMBER[:5])
    till |= {"path": "till/*", **entry}
    till["columns"] |= columns
    shop.configure("sources", {"sources": {"till": till}})


def spent(shop, night=D):
    found = shop.query(
        "select customer_refs[1] as ref, order_count, spend_amount from marts.customer_features"
        " where as_of = :night order by 1",
        night=night,
    )
    return {row["ref"]: (row["order_count"], float(row["spend_amount"])) for row in found}


def as_csv(path):
    with path.with_suffix(".csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, NO_NUMBER)
        writer.writeheader()
        writer.writerows(LINES)
    return path.with_suffix(".csv")


def as_archive(path):
    plain = as_csv(path)
    path.with_suffix(".csv.gz").write_bytes(gzip.compress(plain.read_bytes()))
    plain.unlink()


def as_jsonl(path):
    path.with_suffix(".jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in LINES))


def as_parquet(path):
    pq.write_table(pa.Table.from_pylist(LINES), path.with_suffix(".parquet"))


@pytest.mark.parametrize(
    ("write", "name", "kind"),
    [
        (as_csv, "1.csv", "csv"),
        (as_archive, "1.csv.gz", "csv"),
        (as_jsonl, "1.jsonl", "jsonl"),
        (as_parquet, "1.parquet", "parquet"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_mapping_mended_and_the_file_landed_again_counts_once(new_shop, write, name, kind):
    shop = new_shop()
    (shop.home / "till").mkdir()
    write(shop.home / "till" / "1")
    configure(shop, WRONG, kind=kind)
    shop.night(D)
    assert spent(shop) == {"c1": (1, 24), "c2": (1, 12)}
    configure(shop, MENDED, kind=kind)
    [landed] = land_here(shop, name)
    assert landed.sentence == "batch 2: 3 new rows, 3 no longer there."
    [landed] = land_here(shop, name)
    assert landed.sentence == "batch 3: 0 new rows, 3 seen before."
    shop.night(D)
    assert spent(shop) == {"c1": (1, 20), "c2": (1, 10)}
    assert unbalanced(shop) == []
    shop.night(D, known_at=1)  # under the mended mapping, what was received then
    assert spent(shop) == {"c1": (1, 24), "c2": (1, 12)}


def test_an_object_landed_again_counts_once(new_shop):
    shop = new_shop()
    with moto_server() as port:
        client = client_of(port)
        client.create_bucket(Bucket=BUCKET)
        (shop.home / "till").mkdir()
        content = as_csv(shop.home / "till" / "1").read_bytes()
        client.put_object(Bucket=BUCKET, Key="till/1.csv", Body=content)
        entry = {
            "path": f"s3://{BUCKET}/till/*.csv", "endpoint": f"http://127.0.0.1:{port}",
            "access_key": "${S3_KEY}", "secret_key": "${S3_SECRET}",
        }  # fmt: skip
        configure(shop, WRONG, **entry)
        land_here(shop, **KEYS)
        configure(shop, MENDED, **entry)
        [landed] = land_here(shop, "1.csv", **KEYS)
    assert landed.sentence == "batch 2: 3 new rows, 3 no longer there."


def test_rows_that_something_else_brought_since_and_rows_left_out_now(new_shop):
    shop = new_shop()
    shop.write("till/1.csv", LINES)
    configure(shop, WRONG)
    shop.night(D)
    another = LINES[2] | {"order_id": "C"}
    shop.write("till/2.csv", [LINES[2], another])  # an overlap: B was seen before
    land_here(shop)
    configure(shop, MENDED, where={"customer_ref": "c2"})
    land_here(shop, "1.csv", "2.csv")
    shop.night(D + timedelta(days=1))
    assert unbalanced(shop) == []
    assert spent(shop, D + timedelta(days=1)) == {"c2": (2, 20)}


def test_a_repaired_row_of_the_file_is_replaced_too(new_shop):
    shop = new_shop()
    shop.write("till/1.csv", [*LINES, LINES[0] | {"order_id": "C", "quantity": "many"}])
    configure(shop, WRONG)
    shop.night(D)
    shop.query(
        "update quarantine.rows set repaired ="
        " convert_from(content, 'UTF8')::jsonb || '{\"quantity\": \"1\"}'"
    )
    act(shop, replay.replay)
    shop.night(D)
    assert spent(shop)["c1"] == (2, 36)
    configure(shop, MENDED)
    land_here(shop, "1.csv")
    shop.night(D)
    assert spent(shop)["c1"] == (1, 20)
    assert unbalanced(shop) == []


def test_an_order_that_arrives_whole_is_replaced_under_its_new_number(new_shop):
    shop = new_shop()
    shop.write("till/1.csv", LINES)
    configure(shop, MENDED, orders_arrive_whole=True)
    shop.night(D)
    renumbered = {"order_id": {"from": ["customer_ref", "order_id"], "join": "-"}}
    configure(shop, MENDED | renumbered, orders_arrive_whole=True)
    land_here(shop, "1.csv")
    shop.night(D)
    assert spent(shop) == {"c1": (1, 20), "c2": (1, 10)}
    assert unbalanced(shop) == []


def test_events_and_customers_are_replaced_as_well(new_shop):
    shop = new_shop()
    configure(shop, MENDED)
    shop.write("till/1.csv", LINES)
    shop.write("crm/1.csv", [{"no": "c1", "old_no": "x1"}, {"no": "c2", "old_no": "x2"}])
    shop.write("web/1.csv", [{"at": str(D), "what": "login", "who": "c1", "was": "x1"}] * 2)

    def sources(ref, who):
        till = source("order_lines", "till/*.csv", NO_NUMBER[:5])
        crm = source("customers", "crm/*.csv", []) | {"columns": {"customer_ref": ref}}
        events = {"occurred_at": "at", "event_type": "what", "customer_ref": who}
        web = source("events", "web/*.csv", []) | {"columns": events}
        shop.configure("sources", {"sources": {"till": till, "crm": crm, "web": web}})

    sources("old_no", "was")
    shop.night(D)
    assert set(spent(shop)) == {"c1", "c2", "x1", "x2"}
    sources("no", "who")
    land_here(shop, "crm/1.csv", "web/1.csv")
    shop.night(D)
    assert set(spent(shop)) == {"c1", "c2"}
    assert unbalanced(shop) == []
    [row] = shop.query(
        "select session_count_30d as sessions from marts.customer_features"
        " where customer_refs = '{c1}'"
    )
    assert row["sessions"] == 1
