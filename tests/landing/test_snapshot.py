"""Full lists: who is no longer there is gone, and nobody else."""

from datetime import timedelta

import pytest

from pipelines.errors import BatchRefused, ConfigurationFaulty
from pipelines.landing import land
from pipelines.nights import runner
from tests.support.kill_child import night_in_child, rows_of
from tests.support.orders import D, line
from tests.support.shop import LINE_COLUMNS, source

CUSTOMER = ["customer_ref", "created_at", "email", "consent_marketing"]
PRODUCT = ["product_ref", "category", "price"]


@pytest.fixture
def shop(new_shop):
    """A shop whose CRM and catalogue send full lists; c1 has an order, the others have none."""
    return with_lists(new_shop())


def with_lists(shop, crm="crm/*.csv"):
    till = source("order_lines", "till/*.csv", LINE_COLUMNS)
    people = source("customers", crm, CUSTOMER, snapshot=True)
    goods = source("products", "goods/*.csv", PRODUCT, snapshot=True)
    shop.configure("sources", {"sources": {"crm": people, "goods": goods, "till": till}})
    shop.configure("settings", {"business_time_zone": "UTC", "night_on_refused": "go_on"})
    shop.write("till/1.csv", [line("A", str(D), product_ref="p1")], LINE_COLUMNS)
    shop.write("goods/1.csv", [product("p1"), product("p2", "coffee")], PRODUCT)
    return shop


def person(number, **more):
    return {"customer_ref": f"c{number}", "email": f"c{number}@example.org", **more}


def product(ref, category="tea", price="2"):
    return {"product_ref": ref, "category": category, "price": price}


def people(numbers):
    return [person(number) for number in numbers]


def send(shop, name, rows, columns=CUSTOMER):
    """Receive one more full list."""
    shop.write(name, rows, columns)
    opened = shop.deployment()
    heard = []
    runner.receive(opened, lambda step, result: heard.append(result))
    opened.warehouse.close()
    return [each.sentence for each in heard[0] if each.batch_id]


def standing(shop, entity="customers", key="customer_ref"):
    found = shop.query(
        f"select {key} as ref from staging.{entity} where batch_to > 1000000 order by 1"
    )
    return [row["ref"] for row in found]


def warnings(shop, rule):
    found = shop.query(
        "select sentence from ops.contract_results where rule = :rule and not success", rule=rule
    )
    return [row["sentence"] for row in found]


def test_who_is_no_longer_in_the_list_is_gone_the_next_night_and_his_orders_stay(shop):
    shop.write("crm/1.csv", people([1, 2, 3]), CUSTOMER)
    shop.night(D)
    before = rows_of(shop, D)
    shop.write("crm/2.csv", people([3]), CUSTOMER)
    shop.night(D + timedelta(days=1))
    found = shop.query(
        "select customer_refs, order_count from marts.customer_features where as_of = :day"
        " order by 1",
        day=D + timedelta(days=1),
    )
    assert found == [
        {"customer_refs": ["c1"], "order_count": 1},
        {"customer_refs": ["c3"], "order_count": 0},
    ]
    known = "select entity, evidence from marts.members where as_of = :day and record_ref = 'c1'"
    assert shop.query(known, day=D + timedelta(days=1)) == [
        {"entity": "order_lines", "evidence": "customer_ref"}
    ]
    assert rows_of(shop, D) == before  # what was published stands until it is built anew


def test_a_product_that_is_no_longer_in_the_list_has_no_category(shop):
    shop.night(D)
    shop.write("goods/2.csv", [product("p2", "coffee")], PRODUCT)
    shop.night(D + timedelta(days=1))
    found = shop.query("select top_category from marts.customer_features order by as_of")
    assert found == [{"top_category": "tea"}, {"top_category": None}]


def test_deletions_stand_beside_the_rows_received_and_carry_their_key_alone(shop):
    send(shop, "crm/1.csv", people([1, 2, 3]))
    told = send(shop, "crm/2.csv", [person(1), person(2, email="new@example.org")])
    assert told == ["batch 4: 1 new rows, 1 no longer there, 1 seen before."]
    [batch] = shop.query("select * from ops.batches where batch_id = 4")
    counts = ("received_count", "stored_count", "duplicate_count", "deleted_count")
    assert [batch[count] for count in counts] == [2, 1, 1, 1]
    [row] = shop.query("select * from raw.customers where op = 'delete'")
    told = {key: row[key] for key in ("batch_id", "row_no", "row_key", "customer_ref", "email")}
    assert told == {
        "batch_id": 4, "row_no": 3, "row_key": "c3", "customer_ref": "c3", "email": None,
    }  # fmt: skip


def test_a_row_in_quarantine_is_in_the_list_and_its_good_version_stays(shop):
    till = source("order_lines", "till/*.csv", LINE_COLUMNS, snapshot=True)
    shop.configure("sources", {"sources": {"till": till}})
    lines = [line(order, str(D)) for order in "AB"]
    send(shop, "till/1.csv", lines, LINE_COLUMNS)
    send(shop, "till/2.csv", [lines[0], lines[1] | {"quantity": "two"}], LINE_COLUMNS)
    assert len(shop.query("select * from quarantine.rows")) == 1
    assert standing(shop, "order_lines", "order_id") == ["A", "B"]
    send(shop, "till/3.csv", lines[:1], LINE_COLUMNS)  # and now it is not in it
    assert standing(shop, "order_lines", "order_id") == ["A"]


def unreadable(shop):
    path = shop.write("crm/2.csv", people([1]), CUSTOMER)
    path.write_text(path.read_text() + "c2,too,many,cells,in,this,line\n")


DOUBTFUL = {
    "0 bytes": (lambda shop: (shop.home / "crm" / "2.csv").write_text(""), "file_readable"),
    "another header": (
        lambda shop: shop.write("crm/2.csv", [{"id": "c1", "email": ""}]), "file_readable",
    ),
    "no rows": (lambda shop: shop.write("crm/2.csv", [], CUSTOMER), "full_list_whole"),
    "a broken line": (unreadable, "full_list_whole"),
    "a row about nobody": (
        lambda shop: shop.write("crm/2.csv", [person(1), {"email": "x@y.org"}], CUSTOMER),
        "full_list_whole",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", DOUBTFUL)
def test_a_list_that_is_not_whole_deletes_nobody_and_says_so_and_the_next_whole_one_does(
    shop, what
):
    send(shop, "crm/1.csv", people([1, 2, 3]))
    break_it, rule = DOUBTFUL[what]
    break_it(shop)
    opened = shop.deployment()
    runner.receive(opened)
    opened.warehouse.close()
    assert standing(shop) == ["c1", "c2", "c3"]
    assert shop.query("select * from raw.customers where op = 'delete'") == []
    assert len(warnings(shop, rule)) == 1
    send(shop, "crm/3.csv", people([1, 2]))
    assert standing(shop) == ["c1", "c2"]


def test_of_several_lists_in_one_landing_the_last_wins_and_each_is_a_batch(shop):
    for number, there in enumerate(([1, 2], [2, 3], [3]), 1):
        shop.write(f"crm/{number}.csv", people(there), CUSTOMER)
    shop.night(D)
    assert standing(shop) == ["c3"]
    batches = shop.query("select deleted_count from ops.batches where source = 'crm' order by 1")
    assert [row["deleted_count"] for row in batches] == [0, 1, 1]


def test_a_list_as_it_was_some_lists_ago_is_news_and_one_file_is_landed_once(shop):
    for there, expected in (([1, 2], ["c1", "c2"]), ([1], ["c1"]), ([1, 2], ["c1", "c2"])):
        send(shop, "crm/all.csv", people(there))  # under one name, written over
        assert standing(shop) == expected
    assert send(shop, "crm/all.csv", people([1, 2])) == []


def test_lists_in_a_folder_a_day_are_landed_once_each(new_shop):
    shop = with_lists(new_shop(), "crm/*/all.csv")
    send(shop, "crm/20/all.csv", people([1, 2]))
    send(shop, "crm/21/all.csv", people([2]))
    assert send(shop, "crm/22/all.csv", people([2, 3])) == ["batch 5: 1 new rows, 1 seen before."]
    assert standing(shop) == ["c2", "c3"]
    files = shop.query("select file from ops.batches where source = 'crm' order by batch_id")
    assert [row["file"] for row in files] == ["20/all.csv", "21/all.csv", "22/all.csv"]


def test_a_list_that_lost_more_than_half_is_refused_until_somebody_insists(shop):
    send(shop, "crm/1.csv", people(range(30)))
    half = people(range(14))
    shop.configure("settings", {"business_time_zone": "UTC"})  # a refused file stops the night
    with pytest.raises(BatchRefused, match=r"has 14 of the 30 customers there were, and 16 would"):
        send(shop, "crm/2.csv", [*half[:13], person(13, email="other@example.org")])
    assert len(standing(shop)) == 30
    opened = shop.deployment()
    [passed] = [each for each in land.land(opened) if each.file == "2.csv"]
    assert passed.sentence.startswith("was refused before, as batch 4; passed over.")
    land.land(opened, again=("2.csv",))
    runner.receive(opened)
    opened.warehouse.close()
    assert len(standing(shop)) == 14
    send(shop, "crm/3.csv", people(range(30)))  # they are all back, as they were
    assert len(standing(shop)) == 30


def test_who_comes_back_is_the_person_he_was(shop):
    nights = [D + timedelta(days=n) for n in range(3)]
    for number, (night, there) in enumerate(zip(nights, ([2, 3], [3], [2, 3]), strict=True)):
        shop.write(f"crm/{number}.csv", people(there), CUSTOMER)
        shop.night(night)
    found = shop.query(
        "select as_of, person_id from marts.customer_features where customer_refs = '{c2}'"
        " order by as_of"
    )
    assert [row["as_of"] for row in found] == [nights[0], nights[2]]
    assert found[0]["person_id"] == found[1]["person_id"]
    before = rows_of(shop, nights[1])
    shop.night(nights[1], known_at=4)  # crm, goods, till, crm: what was known then
    assert rows_of(shop, nights[1]) == before


def test_a_list_killed_on_its_way_in_and_landed_again_is_as_if_undisturbed(new_shop):
    def landed(kill_at=None):
        shop = with_lists(new_shop())
        send(shop, "crm/1.csv", people([1, 2, 3]))
        shop.write("crm/2.csv", people([1, 4]), CUSTOMER)
        marks = night_in_child(shop, D, kill_at)
        if not marks:
            marks = night_in_child(shop, D)
        rows = shop.query("select batch_id, row_no, op, row_key from raw.customers order by 1, 2")
        batches = shop.query("select batch_id, file, deleted_count from ops.batches order by 1")
        return marks, (rows, batches, rows_of(shop, D))

    marks, undisturbed = landed()
    [last] = [seen for step, seen in marks if step == "land"]
    for kill_at in (last // 3, last // 2, last - 2):
        assert landed(kill_at)[1] == undisturbed


def test_what_cannot_be_meant_is_told_all_at_once(shop):
    both = source("order_lines", "t", LINE_COLUMNS, snapshot=True, orders_arrive_whole=True)
    crm = source("customers", "c", CUSTOMER, orders_arrive_whole=True)
    goods = source("products", "g", PRODUCT, snapshot="no")
    shop.configure("sources", {"sources": {"till": both, "crm": crm, "goods": goods}})
    with pytest.raises(ConfigurationFaulty) as caught:
        shop.deployment()
    assert [fault.split(":")[1].split(" is")[0].strip() for fault in caught.value.faults] == [
        "till", "crm.orders_arrive_whole", "goods.snapshot",
    ]  # fmt: skip
