"""SIGKILL inside every step, and again: the same rows as an undisturbed run."""

import itertools

import pytest

from pipelines.steps import BUILD, FINISH, RECEIVE
from tests.support.kill_child import night_in_child, rows_of
from tests.support.orders import D, a_few_weeks

STEPS = [step.name for step in (*RECEIVE, *BUILD, *FINISH)]


@pytest.fixture
def undisturbed(new_shop):
    shop = new_shop()
    a_few_weeks(shop)
    marks = night_in_child(shop, D)
    assert [step for step, _ in marks] == STEPS
    return marks, rows_of(shop, D)


def test_a_night_killed_inside_any_step_gives_the_same_rows_when_run_again(new_shop, undisturbed):
    marks, expected = undisturbed
    begins = dict(zip(STEPS, [0, *(end for _, end in marks[:-1])], strict=True))
    for step, end in marks:
        inside = range(begins[step] + 1, end + 1)
        for kill_at in sorted({inside[len(inside) // 3], inside[-1]}):
            shop = new_shop()
            a_few_weeks(shop)
            assert night_in_child(shop, D, kill_at) == [], f"{step} outlived statement {kill_at}"
            night_in_child(shop, D)
            assert rows_of(shop, D) == expected, f"killed in {step} at statement {kill_at}"
            leftovers = shop.query(
                "select count(*) as n from pg_class where relkind = 'r'"
                " and relnamespace = to_regnamespace('attempts') and relname ~ '_[0-9]+$'"
            )
            assert leftovers == [{"n": 0}], f"killed in {step}: an attempt is left"


def test_every_step_of_a_night_talks_to_the_database(undisturbed):
    marks, _ = undisturbed
    ends = [0, *(end for _, end in marks)]
    silent = [s for (s, _), (a, b) in zip(marks, itertools.pairwise(ends), strict=True) if a == b]
    assert silent == []
