"""The catalogue of columns is what the database, the marts and the page of features have."""

import re

import pytest
import sqlalchemy as sa

from pipelines.configuration.columns import CATALOGUE, FEATURES, PUBLIC, SQL_TYPES
from pipelines.warehouse import migrate
from pipelines.warehouse.connection import Warehouse
from tests.support.shop import CHECKOUT, clock

COLUMNS = """
    select a.attname as name, replace(format_type(a.atttypid, a.atttypmod), ', ', ',') as type,
        col_description(a.attrelid, a.attnum) as comment
    from pg_attribute as a
    where a.attrelid = to_regclass(:name) and a.attnum > 0 and not a.attisdropped
    order by a.attnum
"""


@pytest.fixture(scope="module")
def columns_of(new_database):
    """Return the columns of a table or view: name, type and comment of each."""
    warehouse = Warehouse(new_database(), clock)
    migrate.bring_up_to_date(warehouse)
    with warehouse.begin() as connection:
        yield lambda name: connection.execute(sa.text(COLUMNS), {"name": name}).all()
    warehouse.close()


@pytest.mark.parametrize("table", CATALOGUE)
def test_the_tables_have_the_columns_of_the_catalogue(columns_of, table):
    found = {row.name: row.type for row in columns_of(f"features.{table}")}
    assert found.pop("night_id") == "bigint"
    assert found == {column.name: SQL_TYPES[column.kind] for column in CATALOGUE[table]}


@pytest.mark.parametrize("view", PUBLIC)
def test_the_marts_show_the_catalogue_in_its_order(columns_of, view):
    found = [(row.name, row.comment) for row in columns_of(f"marts.{view}")]
    assert found == [(column.name, column.comment) for column in CATALOGUE[view]]


def test_the_page_of_features_is_that_of_the_catalogue():
    page = (CHECKOUT / "docs" / "features.md").read_text(encoding="utf-8")
    rows = [
        f"| `{column.name}` | {SQL_TYPES[column.kind]} | {column.entity} | {column.comment} |"
        for column in FEATURES
    ]
    assert [line for line in page.splitlines() if line.startswith("| `")] == rows


@pytest.mark.parametrize("entity", ["order_lines", "events"])
def test_whose_rows_leave_the_window_of_a_feature_is_computed_anew(entity):
    text = (CHECKOUT / "sql/features/touched_records.sql").read_text(encoding="utf-8")
    lines, visits = text.split("visits as")
    left = lines if entity == "order_lines" else visits
    touched = set(map(int, re.findall(r"(?:as date\)|before_on) - (\d+)", left)))
    windows = {column.window_days for column in FEATURES if column.entity == entity}
    assert windows - {None} == touched
