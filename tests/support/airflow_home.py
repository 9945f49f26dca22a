"""Airflow for the tests of one process: its metadata in the suite's embedded server.

Airflow reads its environment when it is first imported. So whoever asks for `airflow_home` imports
what imports Airflow inside the test, never at the top of a module.
"""

from pathlib import Path

import pytest

from nocturne.airflow import run_dag
from nocturne.home import Home
from nocturne.server import server
from pipelines.configuration.load import read_configuration
from tests.support.shop import CHECKOUT, Shop


@pytest.fixture(scope="session")
def airflow_home(embedded: Home) -> Home:
    """A home in which Airflow works, its database migrated."""
    configuration = read_configuration(CHECKOUT / "config", embedded.path)
    run_dag.prepare(embedded, configuration, server.urls(embedded))
    return embedded


@pytest.fixture
def enter(monkeypatch: pytest.MonkeyPatch):
    """Make a shop the one that the DAG and its tasks find."""

    def enter(shop: Shop) -> None:
        monkeypatch.setenv("NOCTURNE_HOME", str(shop.home))
        monkeypatch.setenv("NOCTURNE_CONFIG", str(shop.config))
        monkeypatch.setenv("NOCTURNE_WAREHOUSE_URL", shop.url)

    return enter


@pytest.fixture
def the_dag(airflow_home: Home, monkeypatch: pytest.MonkeyPatch):
    """The DAG of nights, as Airflow reads it for the demo shop."""
    from airflow.dag_processing.dagbag import DagBag

    for name in ("NOCTURNE_HOME", "NOCTURNE_CONFIG", "NOCTURNE_WAREHOUSE_URL"):
        monkeypatch.delenv(name, raising=False)
    bag = DagBag(dag_folder=Path(CHECKOUT / "dags"))
    assert bag.import_errors == {}
    return bag.dags["nightly_segmentation"]
