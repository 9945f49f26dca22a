import json

from pipelines.checking import check
from pipelines.landing import land
from tests.support.orders import D, line
from tests.support.shop import LINE_COLUMNS, source

LINE = dict.fromkeys(LINE_COLUMNS, "") | {
    "order_id": "A",
    "line_no": "1",
    "ordered_at": "2026-11-20",
    "customer_ref": "c1",
    "quantity": "1",
    "net_amount": "40",
}
BAD = LINE | {"quantity": "two", "ordered_at": "2099-01-01", "email": "no address"}
CUSTOMER = ["customer_ref", "created_at", "email", "consent_marketing"]


def judge(shop):
    """Land and check what is there; return the number of batches judged."""
    opened = shop.deployment()
    try:
        land.land(opened)
        return check.check(opened)
    finally:
        opened.warehouse.close()


def results(shop, where="true"):
    found = shop.query(f"select * from ops.contract_results where {where} order by batch_id, rule")
    return {(row["batch_id"], row["rule"]): row for row in found}


def quarantined(shop):
    return shop.query("select * from quarantine.rows order by batch_id, row_no")


def test_a_rejected_row_is_kept_as_received_with_every_rule_it_broke(new_shop):
    shop = new_shop()
    columns = {column: column for column in LINE_COLUMNS} | {"quantity": "pieces"}
    till = source("order_lines", "till/*.csv", LINE_COLUMNS) | {"columns": columns}
    shop.configure("sources", {"sources": {"till": till}})
    row = {columns[name]: BAD[name] for name in LINE_COLUMNS} | {"till_no": "7"}
    shop.write("till/1.csv", [row])
    judge(shop)
    [kept] = quarantined(shop)
    assert kept["rules"] == ["ordered_at_not_in_the_future", "quantity_readable", "email_readable"]
    assert all(seen in kept["sentence"] for seen in ("'2099-01-01'", "'two'", "'no address'"))
    received = {name: value or None for name, value in row.items()}
    assert json.loads(bytes(kept["content"])) == received


def test_all_failing_rows_lie_in_quarantine_not_the_first_twenty(new_shop):
    shop = new_shop()
    bad = [BAD | {"line_no": str(number)} for number in range(300)]
    good = [LINE | {"line_no": str(number)} for number in range(300, 600)]
    shop.write("till/1.csv", bad + good)
    judge(shop)
    assert len(quarantined(shop)) == 300
    [state] = shop.query("select * from ops.batch_states")
    assert (state["state"], state["quarantined_count"]) == ("checked", 300)


def test_every_result_is_recorded_per_batch_successes_too_and_without_content(new_shop):
    shop = new_shop()
    shop.write("till/1.csv", [LINE, BAD | {"line_no": "2"}])
    shop.write("till/2.csv", [LINE | {"line_no": "3"}])
    assert judge(shop) == 2
    found = results(shop)
    broken = found[1, "quantity_readable"]
    assert (broken["checked_count"], broken["unexpected_count"], broken["success"]) == (2, 1, False)
    assert broken["sentence"].startswith("till, 1.csv: 1 of 2 rows: quantity cannot be read")
    assert "two" not in broken["sentence"]
    kept = found[2, "quantity_readable"]
    assert (kept["checked_count"], kept["success"], kept["sentence"]) == (1, True, None)
    assert {rule for batch, rule in found if batch == 1} == {rule for b, rule in found if b == 2}


def test_a_warning_keeps_the_row_and_counts_it(new_shop):
    shop = new_shop()
    shop.write("till/1.csv", [LINE | {"email": "nowhere", "quantity": "200000"}])
    judge(shop)
    assert quarantined(shop) == []
    assert {rule for _, rule in results(shop, "not success")} == {
        "email_readable",
        "quantity_not_absurd",
    }


def test_a_rejected_row_sent_again_is_rejected_once(new_shop):
    shop = new_shop()
    shop.write("till/1.csv", [BAD])
    judge(shop)
    shop.write("till/2.csv", [BAD, LINE | {"line_no": "2"}])
    judge(shop)
    assert [row["batch_id"] for row in quarantined(shop)] == [1]


def test_rows_are_judged_anew_when_the_contract_changes_and_only_the_new_verdict_shows(new_shop):
    shop = new_shop()
    columns = [*LINE_COLUMNS, "currency"]
    shop.configure("sources", {"sources": {"till": source("order_lines", "till/*.csv", columns)}})
    lines = [
        LINE | {"line_no": n, "currency": c} for n, c in (("1", "EUR"), ("2", "USD"), ("3", ""))
    ]
    shop.configure("settings", {"business_time_zone": "UTC", "currency": "EUR"})
    shop.write("till/1.csv", lines)
    assert judge(shop) == 1
    assert [row["row_no"] for row in quarantined(shop)] == [2]
    shop.configure("settings", {"business_time_zone": "UTC", "currency": "USD"})
    judge(shop)
    assert [row["row_no"] for row in shop.query("select * from ops.rejected_rows")] == [1]


def test_a_deletion_needs_its_key_alone(new_shop):
    shop = new_shop()
    crm = source("customers", "crm/*.csv", CUSTOMER) | {"tombstone": "gone"}
    till = source("order_lines", "till/*.csv", LINE_COLUMNS) | {"tombstone": "gone"}
    shop.configure("sources", {"sources": {"crm": crm, "till": till}})
    empty = dict.fromkeys(LINE_COLUMNS, "")
    shop.write("till/1.csv", [empty | {"order_id": "A", "line_no": "1", "gone": "true"}])
    shop.write("crm/1.csv", [dict.fromkeys(CUSTOMER, "") | {"customer_ref": "", "gone": "yes"}])
    judge(shop)
    assert [(row["source"], row["rules"]) for row in quarantined(shop)] == [
        ("crm", ["customer_ref_present"])
    ]


def test_an_unknown_product_warns_only_where_there_is_a_catalogue(new_shop):
    shop = new_shop()
    shop.write(
        "till/1.csv", [LINE | {"product_ref": "p1"}, LINE | {"line_no": "2", "product_ref": "p2"}]
    )
    judge(shop)
    assert "product_known" not in {rule for _, rule in results(shop)}
    catalogue = source("products", "catalogue/*.csv", ["product_ref", "name", "price"])
    till = source("order_lines", "till/*.csv", LINE_COLUMNS)
    shop.configure("sources", {"sources": {"till": till, "catalogue": catalogue}})
    shop.write("catalogue/1.csv", [{"product_ref": "p1", "name": "", "price": "cheap"}])
    judge(shop)
    [unknown] = [row for key, row in results(shop).items() if key[1] == "product_known"]
    assert unknown["unexpected_count"] == 1
    assert not results(shop)[2, "price_readable"]["success"]
    assert quarantined(shop) == []


def test_an_event_of_unknown_type_is_kept_one_without_an_instant_is_not(new_shop):
    shop = new_shop()
    columns = ["event_id", "occurred_at", "event_type", "visitor_ref"]
    web = source("events", "web/*.csv", columns)
    till = source("order_lines", "till/*.csv", LINE_COLUMNS)
    shop.configure("sources", {"sources": {"till": till, "web": web}})
    rows = [("1", "2026-11-20T10:00:00Z", "wishlist_add", "v"), ("2", "yesterday", "login", "v")]
    shop.write("web/1.csv", [dict(zip(columns, row, strict=True)) for row in rows])
    judge(shop)
    assert [(row["row_no"], row["rules"]) for row in quarantined(shop)] == [
        (2, ["occurred_at_readable"])
    ]
    assert not results(shop)[1, "event_type_known"]["success"]


def test_a_fifth_file_of_a_tenth_the_usual_size_and_a_new_column_are_noted(new_shop):
    shop = new_shop()
    numbers = iter(range(10_000))
    for name, size in zip("12345", (200, 190, 210, 200, 20), strict=True):
        rows = [LINE | {"line_no": str(next(numbers))} for _ in range(size)]
        shop.write(f"till/{name}.csv", rows)
    rows = [LINE | {"line_no": str(next(numbers)), "till_no": "7"} for _ in range(200)]
    shop.write("till/6.csv", rows)
    judge(shop)
    broken = results(shop, "not success")
    assert set(broken) == {(5, "volume_as_usual"), (6, "columns_known")}
    assert "20 rows, 0.10 times as many" in broken[5, "volume_as_usual"]["sentence"]
    assert "never sent before: till_no" in broken[6, "columns_known"]["sentence"]


def test_batches_of_a_source_that_is_gone_are_refused_but_stop_no_night(new_shop):
    shop = new_shop()
    till = source("order_lines", "till/*.csv", LINE_COLUMNS)
    other = source("order_lines", "other/*.csv", LINE_COLUMNS)
    shop.configure("sources", {"sources": {"till": till, "other": other}})
    shop.write("till/1.csv", [LINE])
    shop.write("other/1.csv", [LINE])
    judge(shop)
    shop.configure("sources", {"sources": {"till": till}})
    shop.configure("settings", {"business_time_zone": "UTC", "night_on_refused": "go_on"})
    judge(shop)
    [row] = shop.query("select batch_id, reason from ops.batch_states where state = 'refused'")
    assert row["batch_id"] == 2
    assert "sources.yml has no source other any more" in row["reason"]


def test_checking_says_nothing_on_the_terminal(new_shop, capfd):
    shop = new_shop()
    shop.write("till/1.csv", [LINE, BAD | {"line_no": "2"}])
    judge(shop)
    assert capfd.readouterr() == ("", "")


def test_a_column_that_the_mapping_reads_under_its_other_name_is_not_called_new(new_shop):
    shop = new_shop(freshness_days=30)
    till = source("order_lines", "till/*.csv", ["order_id", "line_no", "quantity", "net_amount"])
    till["columns"] |= {
        "ordered_at": {"from": ["sold", "sold 2026"]},
        "customer_ref": {"from": ["who", "who 2026"], "split": {"by": "/", "part": -1}},
    }
    shop.configure("sources", {"sources": {"till": till}})
    plain = line("a", str(D))
    day, who = plain.pop("ordered_at"), plain.pop("customer_ref")
    shop.write("till/1.csv", [plain | {"sold": day, "who": who}])
    later = plain | {"order_id": "b", "sold 2026": day, "who 2026": who, "till_no": "7"}
    shop.write("till/2.csv", [later])
    judge(shop)
    assert "before: till_no." in results(shop, "not success")[2, "columns_known"]["sentence"]
