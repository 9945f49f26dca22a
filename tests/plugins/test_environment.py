"""A secret comes from the environment, else from an Airflow connection of its name."""

import pytest

from plugins import environment

pytestmark = pytest.mark.usefixtures("airflow_home")


def test_the_environment_comes_first(monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_SHOP_TOKEN", '{"conn_type": "http", "password": "by Airflow"}')
    assert environment.secret("SHOP_TOKEN") == "by Airflow"
    monkeypatch.setenv("SHOP_TOKEN", "by hand")
    assert environment.secret("SHOP_TOKEN") == "by hand"


def test_a_url_is_the_whole_connection(monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_SHOP_URL", "postgres://reader:p%40ss@host:5432/shop")
    assert environment.secret("SHOP_URL") == "postgres://reader:p%40ss@host:5432/shop"


def test_a_name_that_nobody_knows_is_none(monkeypatch):
    monkeypatch.delenv("NOBODY_KNOWS", raising=False)
    assert environment.secret("NOBODY_KNOWS") is None
