"""The same files mean the same for ever: a way of reading them makes no deployment another one.

The values of what a build reads were computed before config/ was read by pydantic; those of how
rows are staged when placeholders, phones and `keep` came to decide it.
"""

import pytest
import yaml

from pipelines.configuration.load import read_configuration
from pipelines.configuration.sources.ready_schemas import READY
from pipelines.hashing import short_hash
from tests.support.shop import CHECKOUT, LINE_COLUMNS, source

MAPPED = """
settings:
  business_time_zone: Europe/Berlin
  freshness_days: 10
  currency: EUR
  opened_on: 2020-01-02
  engagement:
    cart_add_count_30d: {weight: 0, cap: 1.5}
    order_count_30d: {weight: 2, cap: 8}
  identity: {shared_value_limit: 2.5}
  drift: {psi_limit: 1}
  schedule:
  leave_out:
    customer_refs: [b, "A*", 7]
    emails: [X@Y.de, "a@*"]
    attributes: {z: [q], b: [staff, 3], k: null, e: []}
sources:
  till:
    entity: order_lines
    kind: jsonl
    path: till/*.jsonl
    explode: $.lines[*]
    where: {state: [paid, 1, true], "$.kind": {not: test}}
    fill_down: {by: number, columns: [email]}
    attributes: false
    tombstone: {state: [void, gone]}
    orders_arrive_whole: true
    customer_space: 2
    fresh_days: 3
    fresh_severity: critical
    columns:
      order_id: {from: [shop, number], join: "-"}
      line_no: {constant: 1}
      ordered_at: {from: sold, formats: ["%d.%m.%Y %H:%M", epoch_seconds]}
      email: {from: buyer, split: {by: " ", part: -1}, values: {x: y, true: false, 1: 2, n: null}}
      quantity: {from: pieces, decimal: ",", thousands: "."}
      net_amount: {from: total, thousands: "", negative_when: {state: [refunded, returned]}}
      discount_amount: {from: "@.off", negative_when: {state: {not: ok}}}
      currency: {constant: EUR}
      product_ref: [sku, "$.a.b"]
  crm:
    entity: customers
    kind: sql
    url: ${CRM_URL}
    query: select 1
    tombstone: gone
    volume: off
    columns: {customer_ref: id, created_at: {from: made, format: "%Y-%m-%d"}}
segments:
  regulars: {condition: order_count > 3, description: Often.}
  quiet: {condition: "recency_days > 30 and top_category like 'a%'"}
models:
  churn: {churn_horizon_days: 30}
contracts:
  order_lines:
    sane: {column: net_amount, between: [null, 99.5], severity: critical}
    stores: {column: attributes.x, one_of: [a, b], sentence: "Which?"}
    young: {column: ordered_on, between: [2020-01-01, null]}
    ids: {column: order_id, matches: "^x"}
    no_more: {column: quantity, not_above: net_amount}
    single: {column: order_id, once: true}
    given: {column: email, present: true}
    numbered: {column: attributes.n, between: [1, 2.5]}
  customer_features:
    few: {column: order_count, between: [0, 5]}
"""
READY_SCHEMAS = {
    "ga4": ("e6b9809f407ff223", "5a0c2efb1b8e396a"),
    "rees46": ("c88d201a03fef5be", "d49778cb9065f4e9"),
    "segment": ("e6b9809f407ff223", "f8ee35344abd4dd7"),
    "shopify": ("25ac262d54661538", "ad2a34e021b9c357"),
    "woocommerce": ("25ac262d54661538", "85a7eeb6a9448574"),
}


def write(folder, **files):
    for name, content in files.items():
        whole = {name: content} if name in ("sources", "segments", "destinations") else content
        (folder / f"{name}.yml").write_text(yaml.safe_dump(whole, sort_keys=False))


def hashes(folder):
    """Return the hashes of what a build reads, of how rows are staged, and of what is asked."""
    read = read_configuration(folder, folder)
    options = {each.name: each.options | {"path": None} for each in read.sources}
    return read.build_configuration, short_hash(read.received_meaning), short_hash(options)


def test_the_demos_configuration_means_what_it_meant():
    assert hashes(CHECKOUT / "config") == (
        "f8b595e095d616e0",
        "52b21f4c60bf3ee2",
        "c8d2206f35023a92",
    )


def test_every_key_of_a_mapping_means_what_it_meant(tmp_path):
    write(tmp_path, **yaml.safe_load(MAPPED))
    assert hashes(tmp_path) == ("f33fc1fc9443168d", "195e8cf744fd0062", "74fca6058fe81a28")


def test_an_api_and_files_elsewhere_are_asked_as_they_were(tmp_path):
    lines = source("order_lines", "x", LINE_COLUMNS)
    api = lines | {"kind": "http", "url": "https://a.example/x", "records": "$.d[*]", "tries": 1,
                   "pages": {"page": "p", "size": 50, "first": 0}, "parameters": {"n": None},
                   "since": {"parameter": "s", "column": "$.m", "lookback": "1 day",
                             "start": 1}}  # fmt: skip
    cloud = {"path": "s3://b/*.csv", "access_key": "${A}", "secret_key": "${B}", "region": "eu",
             "anonymous": False, "storage_options": {"a": None}, "settle_seconds": 1.5}  # fmt: skip
    del api["path"]
    sources = {"api": api, "cloud": lines | cloud, "till": lines}
    write(tmp_path, settings={}, sources=sources)
    assert hashes(tmp_path) == ("25ac262d54661538", "bb8e2c5875de0064", "c6f1b855f6fe70ef")


@pytest.mark.parametrize("schema", sorted(path.stem for path in READY.glob("*.yml")))
def test_a_ready_schema_means_what_it_meant(schema, tmp_path):
    write(tmp_path, settings={}, sources={"shop": {"schema": schema, "path": "in/*"}})
    build, staging, _ = hashes(tmp_path)
    assert (build, staging) == READY_SCHEMAS[schema]
