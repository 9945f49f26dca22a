"""Planted leaks: what is dated after a cut-off tells the features and people at it nothing."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from pipelines.attempts import claims
from pipelines.errors import WarehouseBusy
from pipelines.features import build
from pipelines.nights import runner
from pipelines.people import identify
from pipelines.training import examples, train
from tests.support.shop import LINE_COLUMNS, Shop, source
from tests.support.training_shop import DAY, FIRST, ask, line, make_shop, till_of_many, train_on

CUTOFF = DAY - timedelta(days=10)  # the test's: the label window is the ten days up to DAY
AFTER = CUTOFF + timedelta(days=1)
LATER = CUTOFF + timedelta(days=3)
CUSTOMER_COLUMNS = ["customer_ref", "created_at", "email", "phone", "consent_profiling"]
EVENT_COLUMNS = ["event_id", "occurred_at", "event_type", "visitor_ref", "customer_ref", "email"]
GUEST = "guest@example.org"


def event(number: int, day: date, kind: str, visitor: str, ref: str = "") -> dict[str, Any]:
    at = f"{day} 12:{number:02}:00"
    told = {"event_id": f"e{number}", "occurred_at": at, "event_type": kind}
    return {**told, "visitor_ref": visitor, "customer_ref": ref}


def cards(*rows: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {"crm": [{"created_at": str(AFTER), **row} for row in rows]}


@pytest.fixture(scope="module")
def new(tmp_path_factory, new_database) -> Callable[..., Shop]:
    """Make a shop of 160 people; anonymous visitors v0 to v9 left carts, a guest bought."""

    def make(**planted: list[dict[str, Any]]) -> Shop:
        lines = [*till_of_many(), line(GUEST, CUTOFF - timedelta(days=4), 25)]
        shop = make_shop(tmp_path_factory.mktemp("leak"), new_database(), [lines], [{}])
        ask(shop, activity_days=30, churn_horizon_days=10, cutoff_count=4)
        shop.write("crm/1.csv", [card(f"c{n:03}") for n in range(160)], CUSTOMER_COLUMNS)
        carts = [event(n, CUTOFF - timedelta(days=2 + n % 7), "cart_add", f"v{n}")
                 for n in range(10)]  # fmt: skip
        shop.write("web/1.csv", carts, EVENT_COLUMNS)
        shop.configure("sources", {"sources": {
            "crm": source("customers", "crm/*.csv", CUSTOMER_COLUMNS),
            "web": source("events", "web/*.csv", EVENT_COLUMNS),
            "till": source("order_lines", "till/*.csv", LINE_COLUMNS),
        }})  # fmt: skip
        receive(shop)
        plant(shop, **planted)
        return shop

    return make


def card(ref: str) -> dict[str, str]:
    return {"customer_ref": ref, "created_at": str(FIRST), "email": f"{ref}@example.org"}


def plant(shop: Shop, **planted: list[dict[str, Any]]) -> None:
    """Receive some rows more."""
    columns = {"crm": CUSTOMER_COLUMNS, "web": EVENT_COLUMNS, "till": LINE_COLUMNS}
    for name, rows in planted.items():
        shop.write(f"{name}/2.csv", rows, columns[name])
    receive(shop)


def receive(shop: Shop) -> None:
    opened = shop.deployment()
    runner.receive(opened)
    opened.warehouse.close()


def at_cutoff(shop: Shop, known_at: int | None = None) -> tuple[dict[str, list], dict[str, int]]:
    """Return every cell of the people and features at the cut-off, and outcomes by ref."""
    opened = shop.deployment()
    with claims.process_claim(opened.warehouse, "test") as claim:
        tonight = claims.open_night(
            opened, claim, claims.AttemptRequest(CUTOFF, known_at=known_at, purpose="train")
        )
        identify.identify(tonight)
        build.build_customer_features(tonight)
        orders = {"members": "source, entity, record_ref", "customer_features": "person_id"}
        cells = {
            table: [
                {name: cell for name, cell in row.items() if name != "night_id"}
                for row in shop.query(
                    f"select * from attempts.{table}_{tonight.night_id} order by {order}"
                )
            ]
            for table, order in orders.items()
        }
        found = examples.read_examples(tonight)
        claims.drop_night(opened, tonight.night_id)
    opened.warehouse.close()
    names = {row["person_id"]: " ".join(row["customer_refs"]) for row in cells["customer_features"]}
    return cells, dict(zip([names[int(i)] for i in found.ids], found.y.tolist(), strict=True))


@pytest.fixture(scope="module")
def plain(new) -> tuple[Shop, dict[str, list], dict[str, int]]:
    """The shop without anything planted, and what is known of it at the cut-off."""
    shop = new()
    return shop, *at_cutoff(shop)


@pytest.fixture(scope="module")
def lost(plain) -> list[str]:
    """Some who bought nothing after the cut-off."""
    return sorted(ref for ref, churned in plain[2].items() if churned and ref)[:6]


def test_the_story_has_people_who_stay_people_who_leave_and_carts_that_are_nobodys(plain):
    _, cells, outcomes = plain
    assert 10 < sum(outcomes.values()) < len(outcomes) - 10
    assert {row["cart_add_count_30d"] for row in cells["customer_features"]} == {0}
    assert sum(row["customer_refs"] == [] for row in cells["customer_features"]) == 1


def test_a_login_after_the_cutoff_that_precedes_a_purchase_reveals_only_the_purchase(
    plain, lost, new
):
    logins = [event(20 + n, AFTER, "login", f"v{n}", ref) for n, ref in enumerate(lost)]
    bought = [line(ref, AFTER) for ref in lost[:3]]
    cells, outcomes = at_cutoff(new(web=logins, till=bought))
    assert cells == plain[1]
    changed = {ref for ref in outcomes if outcomes[ref] != plain[2][ref]}
    assert changed == set(lost[:3])


def test_a_link_made_after_the_cutoff_changes_neither_people_nor_whose_purchase_it_was(
    plain, lost, new
):
    tying = cards(
        {"customer_ref": "x1", "email": f"{lost[0]}@example.org", "phone": "1"},
        {"customer_ref": "x2", "email": f"{lost[1]}@example.org", "phone": "1"},
        {"customer_ref": "x3", "email": f"{lost[2]}@example.org", "phone": "2"},
    )
    bought = [
        line("x4", LATER, phone="2"),  # of x3, who by then is lost[2]: nobody knew at the cut-off
        line("new@example.org", LATER, phone="1"),
        line(lost[3], LATER, email=GUEST),  # makes one of two, from then on
        line("x5", LATER, email=f"{lost[4]}@example.org"),  # an address known at the cut-off
    ]
    cells, outcomes = at_cutoff(new(**tying, till=bought))
    assert cells == plain[1]
    changed = {ref for ref in outcomes if outcomes[ref] != plain[2][ref]}
    assert changed == {lost[3], lost[4]}
    assert outcomes[""] == plain[2][""], "the guest did not buy"


def test_who_refuses_profiling_later_is_left_out_and_changes_nobody_else(plain, lost, new):
    refusing = cards({"customer_ref": lost[0], "consent_profiling": "no"})
    cells, outcomes = at_cutoff(new(**refusing))
    assert outcomes == {ref: y for ref, y in plain[2].items() if ref != lost[0]}
    kept = [row for row in cells["customer_features"] if row["customer_refs"] != [lost[0]]]
    assert [row["spend_amount"] for row in kept] == [
        row["spend_amount"] for row in plain[1]["customer_features"]
        if row["customer_refs"] != [lost[0]]
    ]  # fmt: skip


@pytest.fixture(scope="module")
def trained(plain) -> train.TrainingResult:
    """What the shop without anything planted teaches."""
    return train_on(plain[0])


def churn_side(done: train.TrainingResult) -> list[tuple]:
    """Return what the churn models of a training are and how they did in the test."""
    return [(each.model_id, each.name, each.metrics, each.verdict) for each in done.versions
            if each.kind == "churn"]  # fmt: skip


def test_logins_and_links_after_the_last_cutoff_teach_the_churn_models_nothing(
    plain, lost, new, trained
):
    logins = [event(20 + n, AFTER, "login", f"v{n}", ref) for n, ref in enumerate(lost)]
    tying = cards(
        {"customer_ref": "x1", "email": f"{lost[0]}@example.org", "phone": "1"},
        {"customer_ref": "x2", "email": f"{lost[1]}@example.org", "phone": "1"},
    )
    leaky = train_on(new(web=logins, **tying))
    assert {name for _, name, *_ in churn_side(trained)} >= {"recency", "logistic", "boosted"}
    assert churn_side(leaky) == churn_side(trained)


def test_a_training_repeated_at_its_known_at_is_the_same_after_rows_came_late(new, trained):
    shop = new()
    known_at = train_on(shop).known_at
    early = FIRST + timedelta(days=60)
    plant(
        shop,
        till=[line(f"c{n:03}", early, 500) for n in range(0, 160, 2)],
        web=[event(20 + n, early, "login", f"v{n}", f"c{n:03}") for n in range(10)],
    )
    again = train_on(shop, known_at=known_at)
    assert [each.model_id for each in again.versions] == [
        each.model_id for each in trained.versions
    ]
    assert again.training_id == 1
    assert len(shop.query("select distinct training_id from ops.model_versions")) == 1
    knowing = train_on(shop)  # known now, those rows count
    assert {each.model_id for each in knowing.versions}.isdisjoint(
        each.model_id for each in trained.versions
    )


def test_nobody_builds_between_two_cutoffs(plain):
    shop = plain[0]
    opened, other = shop.deployment(), shop.deployment()
    refused = []

    def rival(part: str, result: object) -> None:
        with claims.process_claim(other.warehouse, "rival") as claim:
            try:
                claims.open_night(other, claim, claims.AttemptRequest(DAY))
            except WarehouseBusy:
                refused.append(part)

    with claims.process_claim(opened.warehouse, "trainer") as claim:
        train.train(opened, claim, train.TrainingRequest(DAY), listener=rival)
    assert [part.split()[0] for part in refused] == [
        *["cut-off"] * 5,
        "churn",
        "segmenter",
        "reference",
    ]
    statuses = {row["status"] for row in shop.query("select status from ops.nights")}
    assert statuses == {"dropped"}
    for each in (opened, other):
        each.warehouse.close()
