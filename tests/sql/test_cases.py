"""Short stories in YAML: rows given, rows of a table expected."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.cases import CASES, Case, CaseDatabase, case_database


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory, new_database: Any) -> Iterator[CaseDatabase]:
    """One database for all cases."""
    with case_database(tmp_path_factory.mktemp("cases"), new_database()) as opened:
        yield opened


@pytest.mark.parametrize("case", map(Case, CASES), ids=lambda case: case.name)
def test_case(database: CaseDatabase, case: Case) -> None:
    database.run(case)
