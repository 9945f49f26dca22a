"""The rules of the house: arrows, sizes, heads, no clock below the rim, comments."""

import ast
import re
import statistics
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.conftest import CHECKOUT

ROOMS = ("nocturne", "dags", "plugins", "pipelines", "models", "expectations", "examples", "bench")
ARROWS = {
    "nocturne": {"dags", "plugins", "pipelines", "examples"},
    "dags": {"plugins", "pipelines"},
    "plugins": {"pipelines"},
    "pipelines": {"models", "expectations"},
    "models": set(),
    "expectations": set(),
    "examples": set(),
}
PYTHON = sorted(path for room in ROOMS for path in (CHECKOUT / room).rglob("*.py"))
STATEMENTS = sorted((CHECKOUT / "sql").rglob("*.sql"))
SELECTS = [
    path for path in STATEMENTS if path.parent.name[0].isdigit() and path.name.count(".") == 1
]


def name(path: Path) -> str:
    return str(path.relative_to(CHECKOUT))


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return found


@pytest.mark.parametrize("room", ARROWS)
def test_a_room_imports_only_what_lies_below_it(room):
    for path in (CHECKOUT / room).rglob("*.py"):
        used = {module.split(".")[0] for module in imports(path)} & set(ROOMS) - {room}
        assert used <= ARROWS[room], f"{name(path)} imports {used - ARROWS[room]}"


def test_only_airflows_rooms_know_airflow():
    for path in PYTHON:
        room = path.relative_to(CHECKOUT).parts[0]
        if any(module.split(".")[0] == "airflow" for module in imports(path)):
            assert room in ("dags", "plugins", "nocturne"), name(path)


def test_nothing_below_the_rim_reads_a_clock_or_the_environment():
    reads = re.compile(
        r"\b(datetime\.now|date\.today|time\.time\(|utcnow|os\.environ\b(?!\.setdefault)|getenv)"
    )
    for path in PYTHON:
        if path.relative_to(CHECKOUT).parts[0] in ("pipelines", "models", "expectations"):
            found = reads.search(path.read_text(encoding="utf-8"))
            assert not found, f"{name(path)} has {found[0]}"


def test_no_statement_reads_a_clock():
    for path in STATEMENTS:
        text = path.read_text(encoding="utf-8").lower()
        assert not re.search(r"\b(now\(\)|current_date|current_timestamp|clock_timestamp)", text), (
            name(path)
        )


def test_files_and_functions_are_short_enough_to_read():
    lengths = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in PYTHON}
    assert {path: n for path, n in lengths.items() if n > 250} == {}
    assert {path: n for path, n in lengths.items() if path.startswith("dags/") and n > 120} == {}
    functions = {}
    for path in PYTHON:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                functions[f"{name(path)}:{node.name}"] = (node.end_lineno or 0) - node.lineno + 1
    assert {key: n for key, n in functions.items() if n > 50} == {}
    assert statistics.median(functions.values()) <= 12


def test_statements_say_what_they_are_and_are_short():
    for path in STATEMENTS:
        lines = path.read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith("-- "), name(path)
        assert len(lines) <= 120, name(path)
    for path in SELECTS:
        head = path.read_text(encoding="utf-8")
        if head.lstrip("-").lower().find("select") >= 0 and "insert into" not in head:
            assert "-- grain: " in head, name(path)


def test_modules_begin_with_a_sentence():
    for path in PYTHON:
        doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        assert doc, name(path)
        assert doc.splitlines()[0].endswith((".", ":")), name(path)


@pytest.fixture(scope="module")
def database(new_database):
    from datetime import UTC, datetime

    from pipelines import schema
    from pipelines.warehouse import Warehouse

    warehouse = Warehouse(new_database(), lambda: datetime.now(UTC))
    schema.bring_up_to_date(warehouse)
    with warehouse.begin() as connection:
        yield connection
    warehouse.close()


def test_everything_public_carries_a_comment(database):
    bare = database.execute(
        sa.text("""
        select c.oid::regclass::text || coalesce('.' || a.attname, '') as name
        from pg_class as c
        cross join lateral (
            select attnum, attname from pg_attribute where attrelid = c.oid and attnum > 0
            and not attisdropped union all select 0, null
        ) as a
        where c.relnamespace in (to_regnamespace('marts'), to_regnamespace('ops'))
            and c.relkind in ('r', 'v', 'p')
            and col_description(c.oid, a.attnum) is null
            and (a.attnum > 0 or obj_description(c.oid, 'pg_class') is null)
    """)
    ).scalars()
    assert sorted(bare) == []


def test_the_public_views_have_the_columns_of_the_contract(database):
    contract = {
        "customer_segments": "person_id segments cluster cluster_name",
        "members": "person_id as_of source entity record_ref linked_on evidence",
        "segment_membership": "person_id segment entered_on left_on reason",
        "segment_summary": "segment as_of people entered left spend churn",
        "segment_movement": "as_of from_segment to_segment people",
        "customer_scores": "person_id as_of churn_probability churn_reasons expected_spend",
    }
    for view, columns in contract.items():
        found = [c["name"] for c in sa.inspect(database).get_columns(view, schema="marts")]
        missing = [column for column in columns.split() if column not in found]
        assert missing == [], view


def test_a_database_brought_up_twice_is_left_alone(database):
    from pipelines.warehouse import value

    assert value(database, "ops/schema_version").startswith("schema ")
