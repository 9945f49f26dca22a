"""Walk the steps of a night with a stopwatch, and see which statements take how long."""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bench import temporary_home
from bench.memory_watch import Watch
from pipelines.attempts import claims, recorded
from pipelines.attempts.night import Night
from pipelines.deployment import Deployment
from pipelines.steps import BUILD, FINISH, RECEIVE, Step
from pipelines.warehouse import attempt_tables
from pipelines.warehouse import statements as warehouse_statements
from pipelines.warehouse.statements import Table

CHECKSUM = Path(__file__).parent / "checksum.sql"
OTHER = "other"
# What the feature step does for everybody every night; its other tables are of touched people.
FOR_EVERYBODY = ("rfm_cuts", "customer_features", "nights", OTHER)
# What judging, scoring and drift import; a night pays for it once, and 30 nights once.
HEAVY = ("great_expectations", "evidently", "xgboost", "sklearn.linear_model", "pandas")
# How far a night is built: its people and features, or everything and published.
FEATURES, PUBLISHED = BUILD[:2], (*BUILD, FINISH[0])
_NAMED = re.compile(r"(create temporary table|insert into|update|analyze)\s+(?:\w+\.)?(\w+)")

Figures = dict[str, Any]


def filled(statement: str) -> str:
    """Return the name of the table that a statement fills or analyses."""
    found = _NAMED.match(statement.lower().replace('"', ""))
    return re.sub(r"_\d+$", "", found[2]) if found else OTHER


@contextmanager
def statements(
    deployment: Deployment, named: Callable[[str], str] = filled
) -> Iterator[Counter[str]]:
    """Sum the seconds of statements by a name for each."""
    seconds: Counter[str] = Counter()
    began = 0.0

    def before(*_: Any) -> None:
        nonlocal began
        began = time.monotonic()

    def after(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seconds[named(statement)] += time.monotonic() - began

    engine = deployment.warehouse.engine
    sa.event.listen(engine, "before_cursor_execute", before)
    sa.event.listen(engine, "after_cursor_execute", after)
    try:
        yield seconds
    finally:
        sa.event.remove(engine, "before_cursor_execute", before)
        sa.event.remove(engine, "after_cursor_execute", after)


def walk(folder: Path, argument: Any, deployment: Deployment, steps: Iterable[Step]) -> Figures:
    """Take steps one after another; return each one's seconds, memory and statements."""
    pid, figures = temporary_home.server_pid(folder), {}
    for step in steps:
        with statements(deployment) as seconds, Watch(pid) as watch:
            step(argument)
        told = asdict(watch) | {"statements": dict(seconds.most_common(12))}
        figures[step.name] = told
    return figures


def warm() -> float:
    """Import what the steps import when they need it; return the seconds of it."""
    began = time.monotonic()
    for module in HEAVY:
        import_module(module)
    return time.monotonic() - began


def build(folder: Path, as_of: date, in_full: bool = False, publish: bool = False) -> Figures:
    """Build a night's people and features and drop it again, or build all of it and publish it."""
    if publish:
        warm()
    deployment = temporary_home.reopen(folder)
    steps = PUBLISHED if publish else FEATURES
    with claims.process_claim(deployment.warehouse, "bench") as claim:
        purpose = "night" if publish else "verify"
        tonight = claims.open_night(
            deployment, claim, claims.AttemptRequest(as_of, purpose=purpose, in_full=in_full)
        )
        figures = walk(folder, tonight, deployment, steps)
        told = _told(deployment, tonight)
        if not publish:
            claims.drop_night(deployment, tonight.night_id)
    deployment.warehouse.close()
    return {"steps": figures} | told


def whole_night(folder: Path, as_of: date) -> Figures:
    """Receive, build, publish and export a day; return the figures of every step."""
    with Watch(temporary_home.server_pid(folder)) as watch:
        warm()
    deployment = temporary_home.reopen(folder)
    figures = {"(imports)": asdict(watch)} | walk(folder, deployment, deployment, RECEIVE)
    with claims.process_claim(deployment.warehouse, "bench") as claim:
        tonight = claims.open_night(deployment, claim, claims.AttemptRequest(as_of))
        figures |= walk(folder, tonight, deployment, (*BUILD, *FINISH))
        told = _told(deployment, tonight)
    deployment.warehouse.close()
    return {"steps": figures} | told


def _told(deployment: Deployment, tonight: Night) -> Figures:
    with deployment.warehouse.begin() as connection:
        row = dict(recorded.night_of(connection, tonight.night_id))
        where = attempt_tables.where_is(connection, "customer_features", tonight.night_id)
        sums = checksum(connection, where)
    names = ("content_hashes", "row_counts", "notes", "figures")
    told = {name: row[name] for name in names} | {"night_id": tonight.night_id}
    return told | {"sums": sums}


def checksum(connection: sa.Connection, table: Table) -> list[str]:
    """Return sums over a table of features, as text."""
    warehouse_statements.name_as(connection, "customer_features", table)
    sums = connection.execute(sa.text(CHECKSUM.read_text(encoding="utf-8"))).one()
    warehouse_statements.drop_view(connection, "customer_features")
    return [str(value) for value in sums]


def seconds_of(figures: Figures, *steps: str) -> float:
    """Return the seconds of some steps of a night, of all without naming any."""
    return sum(f["seconds"] for name, f in figures["steps"].items() if not steps or name in steps)


def touched_seconds(figures: Figures) -> float:
    """Return the seconds of the feature step that the number of computed people decides."""
    taken = figures["steps"]["features"]["statements"]
    return sum(s for table, s in taken.items() if table not in FOR_EVERYBODY)
