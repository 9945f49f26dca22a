"""Databases that a shop keeps elsewhere, for the tests of sources."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.support.drawn_rows import Drawn, a_source, asked, draw

PASSWORD_NAME = "ELSEWHERE_PASSWORD"


@dataclass
class Elsewhere:
    """A database of somebody else: how sources.yml calls it, and the password it needs."""

    url: str
    home: Path
    engine: sa.Engine
    secrets: dict[str, str]

    def run(self, *statements: str) -> None:
        """Change what is in it."""
        with self.engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def draw(self, watermark: str | None = None, **options: Any) -> Drawn:
        """Read a table or query of it to its end."""
        from pipelines.sources.sql import extract

        source = a_source("sql", {"url": self.url, **options})
        [arrival] = extract.arrivals(source, asked(self.home, watermark, **self.secrets))
        return draw(arrival)


@pytest.fixture
def postgres(new_database: Callable[[], str], tmp_path: Path) -> Iterator[Elsewhere]:
    """A second PostgreSQL database; its password is not in sources.yml."""
    url = sa.make_url(new_database())
    written = url.set(password="PASSWORD").render_as_string(hide_password=False)
    engine = sa.create_engine(url.set(drivername="postgresql+psycopg2"))
    yield Elsewhere(
        written.replace(":PASSWORD@", f":${{{PASSWORD_NAME}}}@"),
        tmp_path,
        engine,
        {PASSWORD_NAME: str(url.password)},
    )
    engine.dispose()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Elsewhere]:
    """A SQLite file below the home."""
    engine = sa.create_engine(f"sqlite:///{tmp_path}/shop.db")
    yield Elsewhere("sqlite:///shop.db", tmp_path, engine, {})
    engine.dispose()


@pytest.fixture(params=["postgres", "sqlite"])
def elsewhere(request: pytest.FixtureRequest) -> Elsewhere:
    """Each of the two, one after the other."""
    return request.getfixturevalue(request.param)
