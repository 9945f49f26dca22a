"""The queries of docs/questions.md run as an analyst types them; the one about time is true."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from nocturne.server import server
from tests.support.orders import D, a_few_weeks, line
from tests.support.shop import CHECKOUT, LINE_COLUMNS

PAGE = (CHECKOUT / "docs" / "questions.md").read_text(encoding="utf-8")
QUERIES = dict(re.findall(r"\*\*(.+?)\*\*\n\n(?:[^ \n].*\n)*\n?((?:    .*\n)+)", PAGE))
FAILS = "Since when does a rule fail?"
KNEW = "What did we know, and whom did we export, on 3 March?"
START = datetime(2026, 11, 21, 6, tzinfo=UTC)


@pytest.fixture
def shop(new_shop):
    """A shop that exports, with a clock of its own: a night, a later one, the first repaired."""
    shop = new_shop(freshness_days=9)
    shop.configure("segments", {"segments": {"buyers": {"condition": "order_count > 0"}}})
    file = {"kind": "csv", "path": str(shop.home / "out"), "columns": ["spend_amount"],
            "consent": "not_asked_internal_use_only"}  # fmt: skip
    shop.configure("destinations", {"destinations": {"mail": file}})
    a_few_weeks(shop)
    at = [START]
    shop.clock = lambda: at[0]
    shop.night(D)
    at[0] += timedelta(days=1)
    shop.write("till/2.csv", [line("new", "2026-11-21", customer_ref="c77")], LINE_COLUMNS)
    shop.night(D + timedelta(days=1))
    at[0] += timedelta(days=1)
    shop.write("till/3.csv", [line("late", "2026-11-20", customer_ref="c88")], LINE_COLUMNS)
    shop.night(D + timedelta(days=1))
    return shop


@pytest.fixture
def ask(shop, embedded):
    """Run a query as the analyst, whose role has the search path."""
    url = sa.make_url(server.urls(embedded).analyst).set(
        drivername="postgresql+psycopg2", database=sa.make_url(shop.url).database
    )
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        yield lambda text: connection.exec_driver_sql(text.replace("%", "%%")).mappings().all()
    engine.dispose()


def test_every_question_of_the_page_can_be_asked(ask):
    assert len(QUERIES) == len(re.findall(r"^\*\*", PAGE, re.MULTILINE)) >= 10
    for question, query in QUERIES.items():
        assert ask(query) is not None, question


def test_the_questions_of_segments_and_customers_have_answers(shop, ask):
    shop.query(
        "insert into features.customer_scores (night_id, as_of, person_id, churn_probability)"
        " select night_id, as_of, person_id, 0.8 from features.customer_features"
    )
    for start in ("Which segments", "How does each", "Who is in a segment", "Everything about",
                  "Did those leave", "Since when is somebody"):  # fmt: skip
        [query] = [text for question, text in QUERIES.items() if question.startswith(start)]
        assert ask(query.replace("'1086'", "'c1'").replace("'champions'", "'buyers'")), start


def test_what_was_known_and_exported_at_an_instant(ask):
    def knew(instant):
        text = re.sub("timestamptz '.*?'", f"timestamptz '{instant}'", QUERIES[KNEW])
        return [dict(row) for row in ask(text)]

    assert knew(START - timedelta(seconds=1)) == []
    [first] = knew(START)
    assert (first["as_of"], first["night_id"], first["known_at"]) == (D, 1, 1)
    assert (first["destination"], first["row_count"]) == ("mail", 13)
    assert first["last_landed_at"] == START
    [second] = knew(START + timedelta(days=1, hours=23))
    assert (second["night_id"], second["known_at"], second["row_count"]) == (2, 2, 14)
    assert second["replaced_at"] == START + timedelta(days=2)
    [third] = knew(START + timedelta(days=2))
    assert (third["night_id"], third["known_at"], third["row_count"]) == (3, 3, 15)
    assert third["replaced_at"] is None
    assert third["last_landed_at"] == third["published_at"]
    assert len({row["path"] for row in (first, second, third)}) == 3


def plant(shop, version, day, results):
    """Plant judgements of one instant: (batch, rule, whether it held)."""
    for batch_id, rule, success in results:
        bad = 0 if success else 4
        shop.query(
            "insert into ops.contract_results values (:batch, null, 'order_lines', :rule,"
            " 'warning', :success, 10, :bad, null, :version, :at)",
            batch=batch_id, rule=rule, success=success, bad=bad, version=version,
            at=START + timedelta(days=day),
        )  # fmt: skip


def test_since_when_a_rule_fails_is_the_first_batch_since_it_last_held(shop, ask):
    failed = [(1, "again", False), (2, "again", True), (3, "again", False)]
    ever = [(n, "ever", False) for n in (1, 2, 3)]
    mended = [(1, "mended", False), (2, "mended", False), (3, "mended", True)]
    # All judged at one instant, as after a change of the rules; the last two anew, more mildly.
    plant(shop, "old", 5, [*failed, *ever, *mended, (2, "milder", True), (3, "milder", False)])
    plant(shop, "new", 6, [(2, "milder", True), (3, "milder", True)])
    planted = {"again", "ever", "mended", "milder"}
    found = {row["rule"]: row for row in ask(QUERIES[FAILS]) if row["rule"] in planted}
    assert set(found) == {"again", "ever"}
    assert found["again"]["fails_since"] == START + timedelta(days=2)
    assert (found["again"]["first_batch_or_night"], found["again"]["times"]) == (3, 1)
    assert found["ever"]["fails_since"] == START
    assert (found["ever"]["times"], found["ever"]["row_count"]) == (3, 12)
    assert {row["source"] for row in found.values()} == {"till"}
