"""Which tables the steps of a night read and write, as Airflow's assets, with their row counts."""

from typing import Any

from airflow.sdk import Asset

from pipelines.configuration.entities import ENTITIES


def _asset(schema: str, table: str) -> Asset:
    uri = f"postgres://nocturne:5432/nocturne/{schema}/{table}"
    return Asset(name=f"{schema}.{table}", uri=uri)


STAGED = [_asset("staging", entity) for entity in ENTITIES]
MARTS = [
    _asset("marts", view) for view in ("customer_features", "customer_scores", "customer_segments")
]
# By step.
INLETS = {"identify": STAGED, "features": STAGED, "export": MARTS}
OUTLETS = {"stage": STAGED, "publish": MARTS}


def tell_rows(step: str, outlet_events: Any, rows: dict[str, int], **more: Any) -> None:
    """Write into the event of each table that a step has written how many rows that were."""
    for asset in OUTLETS.get(step, []):
        if asset.name in rows:
            outlet_events[asset].extra = {"rows": rows[asset.name], **more}
