"""A night that was tampered with is found out; one that was not is proved; nothing is left."""

from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from nocturne.show import verify
from pipelines.attempts import claims
from pipelines.errors import NothingThere, WarehouseBusy
from pipelines.nights import runner
from pipelines.warehouse import attempt_tables
from tests.support.backfilled_shop import left_in_attempts
from tests.support.kill_child import rows_of
from tests.support.orders import D, line
from tests.support.shop import LINE_COLUMNS, source
from tests.support.tampered_nights import published, verifier

PEOPLE = ("customer_features", "customer_scores", "customer_segments")


@pytest.fixture
def shop(new_shop):
    return published(new_shop())


@pytest.fixture
def verified(capsys):
    return verifier(capsys)


def left_behind(shop):
    """Return what an attempt that is gone must not leave: its tables and its judgements."""
    judged = shop.query(
        "select night_id from ops.contract_results where night_id != 1"
        " union all select night_id from ops.drift_measured where night_id != 1"
    )
    return left_in_attempts(shop) + judged


def person(shop):
    return shop.query("select min(person_id) as id from features.customer_features_1")[0]["id"]


def test_a_night_that_nobody_touched_holds_and_leaves_nothing(shop, verified):
    before = rows_of(shop, D)
    code, said = verified(shop)
    rows = sum(
        shop.query(f"select count(*) as n from features.{t}_1")[0]["n"]
        for t in attempt_tables.TABLES
    )
    assert code == 0
    assert said == (
        f"2026-11-20 holds: {rows} rows of 4 tables, built again in full, known at batch 1, equal "
        "the published, each row."
    )
    assert rows > 30
    assert rows_of(shop, D) == before
    assert left_behind(shop) == []
    [_, attempt] = shop.query("select status, purpose, previous from ops.nights order by night_id")
    assert attempt == {"status": "dropped", "purpose": "verify", "previous": None}


def test_one_changed_cent_is_found(shop, verified):
    who = person(shop)
    [was] = shop.query(
        "update features.customer_features_1 set spend_amount = spend_amount + 0.01"
        " where person_id = :who returning spend_amount - 0.01 as amount", who=who,
    )  # fmt: skip
    code, said = verified(shop)
    assert code == 1
    assert "DIFFERS, built again in full, known at batch 1: 1 row, 1 person." in said
    assert "customer_features: 1 changed spend_amount 1 key column published rebuilt" in said
    assert f"{who} spend_amount {was['amount'] + Decimal('0.01')} {was['amount']}" in said
    assert (
        "the published rows were changed after they were published, in customer_features." in said
    )
    assert left_behind(shop) == []


def test_one_missing_person_is_found(shop, verified):
    who = person(shop)
    for table in PEOPLE:
        shop.query(f"delete from features.{table}_1 where person_id = :who", who=who)
    code, said = verified(shop)
    assert code == 1
    assert "2 rows, 1 person" in said  # nobody is scored before a training
    for table in ("customer_features", "customer_segments"):
        assert f"{table}: 1 only rebuilt key column published rebuilt {who} – a row" in said


def test_one_flipped_segment_is_found(shop, verified):
    [buyer] = shop.query(
        "select min(person_id) as id from features.customer_segments_1 where segments = '{buyers}'"
    )
    who = buyer["id"]
    shop.query(
        "update features.customer_segments_1 set segments = '{few}', primary_segment = 'few'"
        " where person_id = :who", who=who,
    )  # fmt: skip
    code, said = verified(shop)
    assert code == 1
    assert "customer_segments: 1 changed" in said
    assert f"{who} segments few buyers {who} primary_segment few buyers" in said


def test_a_planted_member_is_found(shop, verified):
    shop.query(
        "insert into features.members_1 select night_id, as_of, person_id, source, entity,"
        " 'planted [x]', customer_space, customer_ref, linked_on, evidence"
        " from features.members_1 order by record_ref limit 1"
    )
    code, said = verified(shop)
    assert code == 1
    assert "members: 1 only published" in said
    assert "planted [x] a row –" in said


def test_staged_rows_changed_by_hand_are_told_from_published_ones(shop, verified):
    shop.query("update staging.order_lines set net_amount = 99 where order_id = 'o1-0'")
    code, said = verified(shop)
    assert code == 1
    assert "customer_features is not as recorded: somebody changed rows in raw, staging" in said
    assert "after they were published" not in said


def people_rows(shop, night_id):
    """Return everything the tables about people say of each person."""
    said = {}
    for table in PEOPLE:
        for row in shop.query(f"select * from features.{table}_{night_id}"):
            del row["night_id"]
            said.setdefault(row["person_id"], []).append(row)
    return said


def test_knowledge_of_now_is_information_and_true(shop, verified):
    late = [line("late", "2026-11-01", customer_ref="c1", net_amount="500.00"),
            line("new", "2026-11-02", customer_ref="c99")]  # fmt: skip
    shop.write("till/2.csv", late, LINE_COLUMNS)
    hashes, old = rows_of(shop, D), people_rows(shop, 1)
    runner.receive(shop.deployment())
    code, said = verified(shop, now=True)
    assert code == 0
    assert verified(shop)[0] == 0  # what was known then has not changed
    assert rows_of(shop, D) == hashes
    new = people_rows(shop, shop.night(D))
    differ = sum(old.get(who) != new.get(who) for who in old | new)
    assert f"{differ} people of 2026-11-20 would change (known at batch 1, now batch 2)." in said
    assert "Segments: few +1 −0." in said
    assert "1 only now" in said
    assert "spend_amount 1," in said
    _, said = verified(shop, now=True)
    assert said == "Nothing of 2026-11-20 would change (known at batch 2, now batch 2)."


def test_a_day_without_a_night_is_a_sentence(shop):
    opened = shop.deployment()
    with pytest.raises(NothingThere, match=r"no night is published for 2026-11-21"):
        verify.show(opened, D + timedelta(days=1), now=False)
    opened.warehouse.close()


def test_while_somebody_builds_it_is_refused(shop):
    opened, other = shop.deployment(), shop.deployment()
    with claims.process_claim(opened.warehouse, "first") as claim:
        claims.open_night(opened, claim, claims.AttemptRequest(D))
        with pytest.raises(WarehouseBusy, match="first"):
            verify.show(other, D, now=False)
    for each in (opened, other):
        each.warehouse.close()


def test_a_night_of_other_settings_is_built_with_its_own(shop, verified):
    shop.configure("segments", {"segments": {"all_of_them": {"condition": "order_count >= 0"}}})
    crm = source("customers", "crm/*.csv", ["customer_ref"])
    shop.configure(
        "sources",
        {"sources": {"crm": crm, "till": source("order_lines", "till/*.csv", LINE_COLUMNS)}},
    )
    code, said = verified(shop)
    assert code == 0, said
    assert "other" in said
    assert "it is built with the recorded ones. Rows are staged another way today" in said
    assert "it is built from those staged then." in said


def test_a_night_staged_another_way_is_built_from_todays_rows_where_its_own_are_gone(
    shop, verified
):
    shop.configure("settings", {"business_time_zone": "Pacific/Auckland"})
    assert verified(shop)[0] == 0
    [version] = shop.query("select staging_version as v from ops.nights where night_id = 1")
    shop.query(f'drop table staging."order_lines_{version["v"]}"')
    code, said = verified(shop)
    assert "it is built from rows staged today's way" in said
    [found] = shop.query("select count(*) as n from ops.batch_states where state = 'staged'")
    assert found["n"] == 2
    assert code == 0  # days without a time of day are the same everywhere


def test_it_says_that_other_code_built_a_night(shop, verified):
    shop.query("update ops.nights set build_code = 'another'")
    code, said = verified(shop)
    assert code == 0
    assert "Other code built it than today's (build_code)" in said
    shop.query(
        "update features.customer_features_1 set order_count = 77 where person_id = :p",
        p=person(shop),
    )
    shop.query(
        'update ops.nights set content_hashes = content_hashes || \'{"customer_features": "x"}\''
    )
    code, said = verified(shop)
    assert code == 1
    assert "That may come from what is another today: Other code built it" in said


def test_where_retention_let_the_rows_go_the_hashes_speak(shop, verified):
    for table in attempt_tables.TABLES:
        shop.query(f"drop table features.{table}_1")
    code, said = verified(shop)
    assert code == 0
    assert said.startswith(
        "The rows of 2026-11-20 are gone (retention); their hashes are compared."
    )
    assert "have the recorded hashes" in said
    shop.query("update staging.order_lines set net_amount = 99 where order_id = 'o1-0'")
    code, said = verified(shop)
    assert code == 1
    assert (
        "DIFFERS, built again in full, known at batch 1: customer_features hashed otherwise" in said
    )


def test_a_reader_is_neither_blocked_nor_surprised(shop, verified):
    engine = sa.create_engine(sa.make_url(shop.url).set(drivername="postgresql+psycopg2"))
    count = sa.text("select count(*), count(distinct night_id) from features.customer_features")
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as reader:
        before = reader.execute(count).one()
        assert verified(shop)[0] == 0
        assert reader.execute(count).one() == before
    engine.dispose()
