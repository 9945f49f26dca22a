"""Schemas ready to use: what an entry with `schema:` stands for."""

import pytest
import yaml

from pipelines.configuration.load import read_configuration
from pipelines.configuration.model import Configuration
from pipelines.configuration.sources.ready_schemas import READY
from pipelines.configuration.versions import versions_of
from pipelines.errors import ConfigurationFaulty
from tests.support.shop import LINE_COLUMNS, source

TILL = source("order_lines", "till/*.csv", LINE_COLUMNS)
SCHEMAS = ["ga4", "rees46", "segment", "shopify", "woocommerce"]


@pytest.fixture
def read(tmp_path):
    """Read a configuration with these sources."""

    def read_with(**sources) -> Configuration:
        (tmp_path / "settings.yml").write_text("business_time_zone: UTC")
        (tmp_path / "sources.yml").write_text(yaml.safe_dump({"sources": sources}, sort_keys=False))
        return read_configuration(tmp_path, tmp_path)

    return read_with


def faults_of(read, **sources) -> list[str]:
    with pytest.raises(ConfigurationFaulty) as raised:
        read(**sources)
    return raised.value.faults


def test_the_schemas_that_come_along_are_these():
    assert sorted(path.stem for path in READY.glob("*.yml")) == SCHEMAS


@pytest.mark.parametrize("schema", SCHEMAS)
def test_a_schema_needs_only_a_path(read, schema):
    names = [s.name for s in read(shop={"schema": schema, "path": "in/*"}).sources]
    assert names
    assert all(name.startswith("shop_") for name in names)


def test_keys_of_the_entry_hold_for_all_of_its_sources_and_those_below_a_name_for_one(read):
    entry = {
        "schema": "rees46",
        "path": "in/*.csv",
        "customer_space": "web",
        "products": False,
        "order_lines": {"time_zone": "Europe/Berlin", "columns": {"currency": {"constant": "RUB"}}},
        "events": {"columns": {"value": None}},
    }
    events, lines = read(shop=entry).sources
    assert (events.name, lines.name) == ("shop_events", "shop_order_lines")
    assert (events.customer_space, lines.customer_space) == ("web", "web")
    assert (events.time_zone, lines.time_zone) == ("UTC", "Europe/Berlin")
    assert "value" not in events.columns
    assert lines.columns["currency"].constant == "RUB"
    assert lines.columns["order_id"].names == ("user_session",)


def test_a_schema_of_ones_own_lies_beside_sources_yml_and_wins(read, tmp_path):
    folder = tmp_path / "schemas"
    folder.mkdir()
    own = {"sources": {"lines": {k: v for k, v in TILL.items() if k != "path"}}}
    (folder / "till.yml").write_text(yaml.safe_dump(own))
    (folder / "rees46.yml").write_text(yaml.safe_dump(own))
    found = read(a={"schema": "till", "path": "a/*"}, b={"schema": "rees46", "path": "b/*"}).sources
    assert [each.name for each in found] == ["a", "b"]
    columns = {"columns": {"email": "mail"}}
    [changed] = read(a={"schema": "till", "path": "a/*"} | columns).sources
    assert changed.columns["email"].names == ("mail",)
    assert changed.columns["phone"].names == ("phone",)


def test_a_changed_schema_restages(read, tmp_path):
    (tmp_path / "schemas").mkdir()
    text = (READY / "rees46.yml").read_text(encoding="utf-8")
    entry = {"schema": "rees46", "path": "in/*"}
    before = versions_of(read(shop=entry)).staging
    (tmp_path / "schemas" / "rees46.yml").write_text(text)
    assert versions_of(read(shop=entry)).staging == before
    (tmp_path / "schemas" / "rees46.yml").write_text(text.replace("brand: brand", ""))
    assert versions_of(read(shop=entry)).staging != before


def test_all_faults_of_schemas_are_told_at_once(read):
    found = faults_of(
        read,
        till=TILL,
        a={"schema": "shopware", "path": "x"},
        b={"schema": "rees46", "path": "x", "columns": {"email": "mail"}},
        c={"schema": "rees46", "path": "x", "events": ["x"]},
        d={"schema": "rees46", "path": "x", "event": {"time_zone": "UTC"}},
        e={"schema": "rees46"},
        f={"schema": "rees46", "path": "x"},
        f_events=TILL,
    )
    told = "\n".join(found)
    assert "a.schema is 'shopware'; expected one of ga4, rees46" in told
    assert "b.columns: rees46 has 3 sources; write it below the one it is for: events" in told
    assert "c.events is ['x']; expected keys and values, or false" in told
    assert "d_events.event is not understood" in told
    assert "e_order_lines.path is missing" in told
    assert "f_events stands twice" in told
