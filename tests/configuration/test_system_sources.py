"""What is wrong with an entry of kind sql or http is told before anything runs, all at once."""

import pytest

from tests.support.source_entries import read_source

DATABASE = {"url": "postgresql://reader:${PASSWORD}@host/shop", "table": "orders"}
API = {"url": "https://api.example.org/orders"}


def faults_of(kind, entry):
    return read_source(kind, **entry)[1]


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"cursor": "changed_at", "lookback": "2 days"},
        {"cursor": "id", "lookback": 100},
        {"url": "${SHOP_URL}"},
        {"url": "postgresql+psycopg2://host:${PORT}/shop"},
        {"url": "sqlite:///shop.db"},
    ],
)
def test_good_entries_of_a_database(more):
    assert faults_of("sql", DATABASE | more) == []


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"table": "orders"}, "url is missing"),
        (DATABASE | {"url": "the shop's"}, "is no database's URL"),
        (DATABASE | {"url": "postgresql://reader:geheim@host/shop"}, "has a password in it"),
        ({"url": "${SHOP_URL}"}, "needs either a table or a query"),
        (DATABASE | {"query": "select 1"}, "needs either a table or a query"),
        (DATABASE | {"table": ["orders"]}, "expected text"),
        (DATABASE | {"lookback": 5}, "of no use without a cursor"),
        (DATABASE | {"cursor": "id", "lookback": "a while"}, "such as `2 days`"),
        (DATABASE | {"cursor": "id", "snapshot": True}, "exclude each other"),
    ],
)
def test_faults_of_a_database(entry, said):
    [told] = faults_of("sql", entry)
    assert said in told
    assert "geheim" not in told


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"records": "$.data.orders[*]", "pages": {"page": "page", "size": 50, "first": 0}},
        {"pages": {"cursor": "$.meta.next", "parameter": "after"}},
        {"pages": {"link": True}, "token": "${TOKEN}", "headers": {"X-Api-Key": "${KEY}"}},
        {"since": {"parameter": "since", "column": "$.meta.changed", "lookback": "1 day"}},
        {"timeout_seconds": 5, "tries": 1, "parameters": {"status": "any"}},
    ],
)
def test_good_entries_of_an_api(more):
    assert faults_of("http", API | more) == []


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"url": "ftp://example.org"}, "expected one such as https://"),
        ({"url": "https://me:geheim@example.org/x"}, "has a password in it"),
        ({"records": "orders"}, "expected a path such as $.orders[*]"),
        ({"pages": {"page": "p", "link": True}}, "expected exactly one of"),
        ({"pages": "all"}, "expected exactly one of"),
        ({"pages": {"page": "p", "sise": 3}}, "sise is not understood"),
        ({"pages": {"page": "p", "size": 0}}, "size is 0"),
        (
            {"pages": {"cursor": "$.next"}},
            "expected the parameter that takes the cursor",
        ),
        ({"pages": {"link": "yes"}}, "link is 'yes'; expected true"),
        ({"token": "geheim"}, "token is written out"),
        ({"headers": {"X-Api-Key": "geheim"}}, "X-Api-Key is written out"),
        ({"headers": ["a"]}, "expected names with values"),
        ({"since": {"parameter": "since"}}, "column is missing"),
        ({"since": {"parameter": "s", "column": "c", "lookback": "x"}}, "such as `2 days`"),
        ({"since": {"parameter": "s", "column": "c"}, "snapshot": True}, "exclude each other"),
        ({"tries": 0}, "tries is 0"),
    ],
)
def test_faults_of_an_api(more, said):
    [told] = faults_of("http", API | more)
    assert said in told
    assert "geheim" not in told
