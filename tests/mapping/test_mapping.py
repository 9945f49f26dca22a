"""What recipes of sources.yml make of a source's columns, seen in raw and staging."""

from decimal import Decimal

import pytest

from pipelines.landing import land
from tests.support.mapped_rows import PLAIN, ROW, configure, landed, receive, staged, write_json
from tests.support.shop import Shop, source


@pytest.fixture
def shop(new_shop) -> Shop:
    return new_shop()


def test_the_first_of_several_names_that_gives_a_value_is_taken(shop):
    configure(shop, {"customer_ref": ["card", "card_no", "member"]})
    shop.write(
        "till/1.csv", [ROW | {"card": "", "member": "m1"}, ROW | {"card": "k1", "member": "m2"}]
    )
    receive(shop)
    assert staged(shop, "customer_ref") == [("m1",), ("k1",)]


def test_a_column_renamed_half_way_through_its_life_goes_on(shop):
    configure(shop, {"customer_ref": ["card_no", "card"]})
    shop.write("till/1.csv", [ROW | {"card": "k1"}])
    shop.write("till/2.csv", [ROW | {"order": "B", "card_no": "k1"}])
    receive(shop)
    assert staged(shop, "customer_ref") == [("k1",), ("k1",)]


def test_a_constant_a_part_and_other_words_are_made_at_landing(shop):
    columns = {
        "currency": {"constant": "EUR"},
        "customer_ref": {"from": "who", "split": {"by": "/", "part": -1}},
        "product_ref": {"from": "what", "values": {"tee": "T-1"}},
    }
    configure(shop, columns)
    shop.write("till/1.csv", [ROW | {"who": "de/berlin/ 7", "what": "tee"}, ROW | {"what": "cup"}])
    receive(shop)
    seen = landed(shop, "currency, customer_ref, product_ref")
    assert seen == [("EUR", "7", "T-1"), ("EUR", None, "cup")]


def test_what_is_not_taken_as_it_came_stays_beside_the_row(shop):
    columns = {"customer_ref": {"from": "who", "split": {"by": "/", "part": 1}}}
    configure(shop, columns)
    shop.write("till/1.csv", [ROW | {"who": "7/berlin", "colour": "red"}])
    receive(shop)
    assert landed(shop, "attributes") == [({"who": "7/berlin", "colour": "red"},)]


def test_several_names_joined_are_one_value_or_none(shop):
    columns = {"customer_ref": {"from": ["shop", "card"], "join": "-"}}
    configure(shop, columns)
    shop.write("till/1.csv", [ROW | {"shop": "berlin", "card": "7"}, ROW | {"shop": "berlin"}])
    receive(shop)
    assert landed(shop, "customer_ref") == [("berlin-7",), (None,)]


def test_a_word_for_nothing_is_nothing(shop):
    configure(shop, {"customer_ref": {"from": "who", "values": {0: "", "none": None}}})
    shop.write("till/1.csv", [ROW | {"who": who} for who in ("0", "none", "7")])
    receive(shop)
    assert landed(shop, "customer_ref") == [(None,), (None,), ("7",)]


def test_what_only_the_first_row_of_an_order_says_holds_for_all_of_them(shop):
    fill = {"by": "order", "columns": ["sold", "who", "kind"]}
    configure(shop, {"customer_ref": "who"}, fill_down=fill, where={"kind": "sale"})
    first = ROW | {"who": "7", "kind": "sale", "gift": "yes"}
    bare = {"order": "A", "pieces": "1", "amount": "10.00"}
    quote, stranger = {"order": "B", "who": "", "kind": "quote"}, {"order": "C", "who": ""}
    lines = [first, bare, first | quote, bare | {"order": "B"}, first | stranger]
    shop.write("till/1.csv", lines)
    [told] = receive(shop)
    assert "2 left out" in told.sentence
    assert staged(shop, "order_id, customer_ref") == [("A", "7"), ("A", "7"), ("C", None)]
    assert [(row["gift"] if row else None) for (row,) in landed(shop, "attributes - 'kind'")] == [
        "yes", None, "yes"
    ]  # fmt: skip


def test_a_row_whose_status_says_so_is_deleted(shop):
    tombstone = {"state": ["void", "cancel*"], "gone_at": "*"}
    configure(shop, {"line_no": "no"}, tombstone=tombstone)
    whole = ROW | {"no": "1", "state": "paid", "gone_at": ""}
    lines = [whole | {"order": order} for order in "ABCD"]
    shop.write("till/1.csv", lines)
    states = ["void", "cancelled", "paid", "paid"]
    later = [line | {"state": state} for line, state in zip(lines, states, strict=True)]
    shop.write("till/2.csv", [*later[:3], later[3] | {"gone_at": "2026-11-21"}])
    receive(shop)
    standing = shop.query("select order_id from staging.order_lines where batch_to > 2")
    assert [row["order_id"] for row in standing] == ["C"]


def test_an_order_that_arrives_whole_and_cancelled_is_deleted_without_line_numbers(shop):
    configure(shop, orders_arrive_whole=True, tombstone={"state": "void"})
    shop.write("till/1.csv", [ROW | {"state": "paid"}, ROW | {"order": "B", "state": "paid"}])
    shop.write("till/2.csv", [ROW | {"state": "void"}])
    receive(shop)
    standing = shop.query("select order_id from staging.order_lines where batch_to > 2")
    assert [row["order_id"] for row in standing] == ["B"]


def test_attributes_may_be_left_behind(shop):
    configure(shop, attributes=False)
    shop.write("till/1.csv", [ROW | {"colour": "red"}])
    receive(shop)
    assert landed(shop, "attributes") == [(None,)]


@pytest.mark.parametrize("when", [{"order": "C*"}, {"state": ["refunded", "chargeback"]}])
def test_a_prefix_or_a_status_makes_a_return(shop, when):
    columns = {
        ours: {"from": PLAIN[ours], "negative_when": when} for ours in ("quantity", "net_amount")
    }
    configure(shop, columns)
    shop.write("till/1.csv", [
        ROW | {"state": "paid"},
        ROW | {"order": "C1", "state": "refunded", "pieces": "2", "amount": "-20"},
    ])  # fmt: skip
    receive(shop)
    assert staged(shop, "quantity, net_amount") == [(1, 10), (-2, -20)]


def test_rows_that_where_leaves_out_are_counted_and_do_not_land(shop):
    configure(shop, where={"kind": ["sale", "return*"], "colour": {"not": "grey"}})
    kinds = [("sale", "red"), ("returned", "red"), ("view", "red"), ("sale", "grey"), ("sale", "")]
    shop.write("till/1.csv", [ROW | {"order": f"{k}{c}", "kind": k, "colour": c} for k, c in kinds])
    [told] = receive(shop)
    assert staged(shop, "order_id") == [("salered",), ("returnedred",)]
    assert "3 left out" in told.sentence
    [batch] = shop.query("select received_count, stored_count, left_out_count from ops.batches")
    assert tuple(batch.values()) == (5, 2, 3)


def test_an_array_in_an_object_is_a_row_per_element(shop):
    columns = {
        "order_id": "$.id",
        "ordered_at": "at",
        "customer_ref": "$.customer.ref",
        "line_no": "@.no",
        "product_ref": "@.sku",
        "quantity": "@.pieces",
        "net_amount": "@.price.amount",
    }
    till = source("order_lines", "till/*", []) | {"kind": "jsonl", "columns": columns}
    shop.configure("sources", {"sources": {"till": till | {"explode": "$.lines[*]"}}})
    lines = [
        {"no": 1, "sku": "a", "pieces": 2, "price": {"amount": 12.10}, "gift": True},
        {"no": 2, "sku": "b", "pieces": 1, "price": {"amount": 1e2}},
    ]
    whole = {"id": 7, "at": "2026-11-20", "customer": {"ref": "k1"}, "lines": lines, "till": 3}
    write_json(shop, "1.jsonl", whole, whole | {"id": 8, "lines": []}, whole | {"id": 9})
    [told] = receive(shop)
    assert "1 left out" in told.sentence
    assert staged(shop, "order_id, product_ref, quantity, net_amount, customer_ref") == [
        (order, sku, pieces, Decimal(amount), "k1")
        for order in ("7", "9")
        for sku, pieces, amount in (("a", 2, "12.1"), ("b", 1, "100"))
    ]
    assert landed(shop, "line_no") == [("1",), ("2",), ("1",), ("2",)]
    [first, *_] = landed(shop, "attributes")
    assert first[0]["@.gift"] == "true"
    assert first[0]["till"] == "3"


def test_a_path_that_is_none_refuses_the_batch_naming_it(shop):
    till = source("order_lines", "till/*", []) | {"kind": "jsonl", "columns": PLAIN}
    till["columns"] = PLAIN | {"customer_ref": "$.customer..ref"}
    shop.configure("sources", {"sources": {"till": till}})
    write_json(shop, "1.jsonl", ROW)
    opened = shop.deployment()
    [told] = land.land(opened)
    opened.warehouse.close()
    assert "'$.customer..ref' cannot be read as a SQL/JSON path" in told.sentence


def test_a_file_of_a_thousand_columns_lands_whole(shop):
    configure(shop)
    wide = {f"column {n}": f"value {n} of some length" for n in range(1_000)}
    shop.write("till/1.csv", [ROW | wide])
    receive(shop)
    assert landed(shop, "attributes") == [(wide,)]
