"""Restore the recorded inputs of a past night: configuration, models, staging version."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy import RowMapping

from pipelines.configuration.model import Configuration, Segment, Source
from pipelines.configuration.segments.conditions import check_condition
from pipelines.deployment import Deployment
from pipelines.hashing import short_hash
from pipelines.warehouse import statements

TODAY = {
    "build_code": "Other code built it than today's (build_code); today's builds it again.",
    "build_configuration": "The settings are others today (build_configuration), and today's code "
    "cannot read the recorded ones; it is built with today's.",
    "staging_version": "Rows are staged another way today (staging_version); it is built from rows "
    "staged today's way.",
}
THEN = {
    "build_configuration": "The settings are others today (build_configuration); it is built with "
    "the recorded ones.",
    "staging_version": "Rows are staged another way today (staging_version); it is built from "
    "those staged then.",
}


@dataclass(frozen=True)
class RecordedInputs:
    """What to build a night from again.

    `met` says for each version of the night that is another today whether it could be met all the
    same; if not, rows may differ for that alone.
    """

    deployment: Deployment
    staging_version: str
    met: dict[str, bool]

    @property
    def is_exact(self) -> bool:
        """Whether everything is as recorded."""
        return all(self.met.values())

    @property
    def sentences(self) -> list[str]:
        """What is another today, and what it is built with."""
        return [(THEN if met else TODAY)[name] for name, met in self.met.items()]


def inputs_of(deployment: Deployment, night: RowMapping, *, staged_today: bool) -> RecordedInputs:
    """Return what a night of ops.nights is built from again.

    Its settings come from ops.configurations. Its staged rows are read where the code is the same
    and they are still there: other code may need rows that its stage would have written.
    `staged_today` asks for today's, which are not met as recorded unless the version is the same.
    """
    today = deployment.versions
    other = [name for name, value in today.binds.items() if night[name] != value]
    met = dict.fromkeys(other, False)
    if "build_configuration" in other:
        then = _recorded_settings(deployment, night["build_configuration"])
        if then is not None:
            deployment = replace(deployment, configuration=then)
            met["build_configuration"] = True
    staging = today.staging
    is_fit = "staging_version" in other and "build_code" not in other and not staged_today
    if is_fit and _is_staged(deployment, night["staging_version"]):
        staging = night["staging_version"]
        met["staging_version"] = True
    return RecordedInputs(deployment, staging, met)


def _recorded_settings(deployment: Deployment, name: str) -> Configuration | None:
    with deployment.warehouse.begin() as connection:
        content = statements.value(connection, "backfills/configuration", hash=name)
    return configuration_of(deployment.configuration, content)


def _is_staged(deployment: Deployment, staging_version: str) -> bool:
    """Return whether a version's staged rows are still there; order lines always were."""
    with deployment.warehouse.begin() as connection:
        table = f"order_lines_{staging_version}"
        return sa.inspect(connection).has_table(table, schema="staging")


def configuration_of(today: Configuration, content: Mapping[str, Any]) -> Configuration | None:
    """Return today's configuration with recorded settings in place of those that a build reads.

    None if today's code would not read from it exactly what was recorded.
    """
    if content.keys() != today.read_by_build.keys():
        return None
    faults: list[str] = []
    then = replace(
        today,
        business_time_zone=content["business_time_zone"],
        shared_value_limit=content["shared_value_limit"],
        engagement={name: (pair[0], pair[1]) for name, pair in content["engagement"].items()},
        psi_limit=content["psi_limit"],
        freshness_days=content["freshness_days"],
        models=content["models"],
        segments=[
            Segment(name, "", condition, check_condition(name, condition, faults))
            for name, condition in content["segments"]
        ],
        sources=_sources(today, content["entities"]),
    )
    return None if faults or then.build_configuration != short_hash(content) else then


def _sources(today: Configuration, is_fed: Mapping[str, bool]) -> list[Source]:
    """Return sources of those entities that were fed; a build asks nothing else of them."""
    kept = [source for source in today.sources if is_fed.get(source.entity)]
    gone = [entity for entity, fed in is_fed.items() if fed and not today.has(entity)]
    return kept + [Source(entity, entity, "csv", {}, "UTC") for entity in gone]
