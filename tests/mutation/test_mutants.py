"""The mutation tool notices a change that matters and spares what is only written otherwise."""

from pathlib import Path

import pytest

from pipelines.warehouse.statements import read_sql
from tests.mutation.judge import Check, Judge
from tests.mutation.mutants import Mutant, mutants, parsed, written
from tests.support.cases import CASES, Case, case_database

FREE = next(path for path in CASES if path.stem == "a_free_order_is_no_purchase")


@pytest.fixture
def judge(tmp_path: Path, new_database):
    """A judge who knows one case."""
    with case_database(tmp_path, new_database()) as database:
        case = Case(FREE)
        yield Judge([Check(case.name, lambda: database.run(case))])


def test_a_free_order_kills_the_mutant_that_calls_it_a_purchase_and_spares_the_statement(judge):
    name, text = "features/orders", read_sql("features/orders")
    made = mutants(name, text)
    [free] = [mutant for mutant in made if "SUM(bought_amount) >= 0" in mutant.after]
    again = Mutant(
        "features/orders", "none", "", "", 1, written(parsed(read_sql("features/orders")))
    )
    assert judge.killers([free, again]) == {free: "customer_features/a_free_order_is_no_purchase"}


@pytest.mark.parametrize(
    ("sql", "kinds"),
    [
        ("select 1 from a where x < :y", {"comparison", "predicate", "constant"}),
        ("select a.x from a left join b on a.x = b.x", {"join", "comparison"}),
        ("select coalesce(min(x), y) as z from a group by y", {"coalesce", "min max"}),
        ("select x from a where x is not null and y", {"null", "predicate", "and or"}),
        ("select row_number() over (order by x desc) as n from a", {"order"}),
        ("select cast(x as numeric(18, 4)) as x from a", set()),
        ("select x from a where t <= u + interval '30 minutes'",
         {"comparison", "predicate", "constant"}),
    ],
)  # fmt: skip
def test_a_statement_is_changed_in_all_ways_it_offers_and_no_two_are_the_same(sql, kinds):
    made = mutants("room/statement", sql)
    assert {mutant.kind for mutant in made} == kinds
    assert len({mutant.sql for mutant in made} | {written(parsed(sql))}) == len(made) + 1
