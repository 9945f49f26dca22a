"""Cases of tests/sql: short stories in YAML, rows given and rows of one table expected.

The folder of a case is the table it expects. `given` rows are put into staging (what does not
matter may be left out: a line is one piece of 10.00 by customer c1), `receive` rows come in files
and are landed, checked and staged; `published` are nights made by hand. `settings`, `sources` and
`segments` are what the case's configuration says besides; `without` names entities without source.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml
from sqlalchemy.engine import Connection

from pipelines.attempts import claims
from pipelines.attempts.claims import Claim
from pipelines.attempts.night import Night
from pipelines.configuration.entities import ENTITIES
from pipelines.configuration.load import read_configuration
from pipelines.deployment import Deployment
from pipelines.features import build
from pipelines.mapping.typed_rows import FOREVER
from pipelines.people import identify
from pipelines.scoring import score
from pipelines.segments import segment
from pipelines.warehouse import migrate
from pipelines.warehouse.connection import Warehouse
from tests.support import case_ledger, case_rows
from tests.support.shop import CHECKOUT

CASES = sorted((CHECKOUT / "tests" / "sql").glob("*/*.yaml"))
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)  # when everything is received
WEIGHTS = {name: {"weight": 1, "cap": 10} for name in ("order_count_30d", "session_count_30d")}
SETTINGS = {"business_time_zone": "UTC", "engagement": WEIGHTS, "freshness_days": 1000}
KEY = "*, replace(row_key, chr(31), ' ') as key"
# What staging fills beside its own tables: columns, the table's whole name, its order.
STAGED = {
    "fates": ("*", "ops.fate_counts", "batch_id, fate"),
    "sightings": ("*", "identity.sightings", "record_ref, batch_from"),
}
# The steps that make each table of an attempt.
STEPS: dict[str, tuple[Callable[[Night], Any], ...]] = {
    "members": (identify.identify,),
    "customer_features": (identify.identify, build.build_customer_features),
}
STEPS["touched"] = STEPS["customer_features"]
STEPS["customer_scores"] = (*STEPS["customer_features"], score.score)
STEPS["customer_segments"] = (*STEPS["customer_scores"], segment.segment)


@dataclass(frozen=True)
class Case:
    """One story: the table it is about, its name, what its file says."""

    path: Path

    @property
    def table(self) -> str:
        """The table whose rows are expected."""
        return self.path.parent.name

    @property
    def name(self) -> str:
        """The case's folder and name."""
        return f"{self.table}/{self.path.stem}"

    @cached_property
    def story(self) -> dict[str, Any]:
        """What the file says."""
        return yaml.safe_load(self.path.read_text(encoding="utf-8"))


@dataclass
class CaseDatabase:
    """A home and a warehouse that one case after the other is told in."""

    home: Path
    warehouse: Warehouse
    claim: Claim

    def run(self, case: Case) -> None:
        """Tell a case; raise AssertionError if the rows are not those expected."""
        expected = case.story["expect"]
        found = self.rows(case)
        assert len(found) == len(expected), f"{len(found)} rows, not {len(expected)}: {found}"
        shown = [{name: plain(row[name]) for name in each}
                 for row, each in zip(found, expected, strict=True)]  # fmt: skip
        assert shown == expected, f"{shown}, not {expected}"

    def rows(self, case: Case) -> list[dict[str, Any]]:
        """Return the rows a case makes of its table, in the order of the columns of its `key`."""
        story = case.story
        deployment = self._deployment(story)
        if "published" in story:
            found = case_ledger.rows(deployment, case.table, story["published"])
        elif "receive" in story:
            with deployment.warehouse.begin() as connection:
                case_rows.empty(connection)
            case_rows.receive(deployment, story["receive"])
            found = self._staged(case.table, deployment.versions.staging)
        else:
            found = self._attempted(deployment, case)
        key = str(story.get("key", "")).split()
        keys = [[str(row[name]) for name in key] for row in found]
        assert not key or len(set(map(tuple, keys))) == len(found), f"{key} is no key of {found}"
        return sorted(found, key=lambda row: [str(row[name]) for name in key])

    def _deployment(self, story: dict[str, Any]) -> Deployment:
        """Return a deployment configured as a story says."""
        batches = story.get("receive", [])
        names = dict.fromkeys([*ENTITIES, *(name for files in batches for name in files)])
        sources = {name: _source(name, story) for name in names
                   if name not in story.get("without", ())}  # fmt: skip
        files: dict[str, Any] = {
            "settings": SETTINGS | story.get("settings", {}),
            "sources": {"sources": sources},
            "segments": {"segments": {name: {"condition": condition}
                                      for name, condition in story.get("segments", {}).items()}},
        }  # fmt: skip
        config = self.home / "config"
        config.mkdir(exist_ok=True)
        for name, content in files.items():
            (config / f"{name}.yml").write_text(yaml.safe_dump(content, sort_keys=False))
        return Deployment(self.home, read_configuration(config, self.home), self.warehouse)

    def _staged(self, table: str, version: str) -> list[dict[str, Any]]:
        """Return the rows of a table that staging fills, under one version of the stage."""
        columns, whole, order = STAGED.get(table, (KEY, f"staging.{table}", "batch_from, row_no"))
        text = f"select {columns} from {whole} where staging_version = :v order by {order}"
        with self.warehouse.begin() as connection:
            return _query(connection, text, v=version)

    def _attempted(self, deployment: Deployment, case: Case) -> list[dict[str, Any]]:
        """Build the night of a case, on its earlier night if it has one."""
        story = case.story
        with self.warehouse.begin() as connection:
            case_rows.put(connection, deployment.versions.staging, story["given"])
        if case.table == "sightings":
            return self._staged(case.table, deployment.versions.staging)
        claims.drop_kept(deployment, self.claim)
        models = case_ledger.serving(deployment.models, story.get("models", []))
        previous = None
        for night in [*story.get("earlier", []), story]:
            known_at = night.get("known_at", 1)
            request = claims.AttemptRequest(
                night["as_of"], known_at, purpose="train", models=models, previous=previous
            )
            tonight = claims.open_night(deployment, self.claim, request)
            for step in STEPS[case.table]:
                step(tonight)
            previous = tonight.night_id
            if night is not story:
                claims.keep_night(deployment, tonight)
        with self.warehouse.begin() as connection:
            found = _touched(connection, tonight) if case.table == "touched" else _query(
                connection,
                f"select t.*, r.customer_ref as who from attempts.{case.table}_{tonight.night_id}"
                " as t left join identity.customer_refs as r using (person_id) order by person_id",
            )  # fmt: skip
        claims.drop_kept(deployment, self.claim)
        return found


def _touched(connection: Connection, tonight: Night) -> list[dict[str, Any]]:
    """Return how many people a night computed for which reason."""
    return _query(
        connection,
        "select replace(substring(key from 9), '_', ' ') as reason, cast(value as int) as people"
        " from ops.nights cross join lateral jsonb_each(figures)"
        " where night_id = :n and starts_with(key, 'touched_') order by 1",
        n=tonight.night_id,
    )


def _query(connection: Connection, text: str, **binds: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(sa.text(text), binds).mappings()]


def _source(name: str, story: dict[str, Any]) -> dict[str, Any]:
    more = story.get("sources", {}).get(name, {})
    entity = more.get("entity", name)
    known = ENTITIES[entity].columns
    columns = case_rows.columns_of(entity, name, story.get("receive", []))
    columns = columns or list(case_rows.RECEIVED[entity])
    tombstone = {"tombstone": case_rows.DELETED} if case_rows.DELETED in columns else {}
    mapped = {column: column for column in columns if column in known}
    entry = {"entity": entity, "kind": "csv", "path": f"{name}/*.csv", "columns": mapped}
    return entry | tombstone | more


def plain(value: Any) -> Any:
    """Return a cell as YAML writes it; null for the end of what still stands."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, float):
        return round(value, 6)
    return None if value == FOREVER else value


@contextmanager
def case_database(home: Path, url: str) -> Iterator[CaseDatabase]:
    """Open an empty database for cases, schemas up to date."""
    warehouse = Warehouse(url, lambda: NOON)
    migrate.bring_up_to_date(warehouse)
    try:
        with claims.process_claim(warehouse, "cases") as claim:
            yield CaseDatabase(home, warehouse, claim)
    finally:
        warehouse.close()
