from datetime import date

import pytest

from pipelines.configuration.contracts import RuleEntry
from pipelines.configuration.faults import Entry, read_entry
from pipelines.configuration.load import read_configuration
from pipelines.errors import ConfigurationFaulty
from tests.support.shop import CHECKOUT


def faults(folder):
    with pytest.raises(ConfigurationFaulty) as caught:
        read_configuration(folder, folder)
    return caught.value.faults


def test_every_fault_of_every_file_is_told_at_once_with_its_place(tmp_path):
    (tmp_path / "settings.yml").write_text(
        "business_time_zone: Mars/Olympus\nfreshness_days: -1\nfrequency: daily\n"
        "drift: {psi_limit: high}\nschedule: {start: soon}\n"
    )
    (tmp_path / "sources.yml").write_text(
        "sources:\n"
        "  crm: {entity: clients, kind: xls, path: x, columns: {a: b}}\n"
        "  web: {entity: events, kind: csv, columns: {occurred_at: t, colour: c}, zone: UTC}\n"
    )
    (tmp_path / "segments.yml").write_text(
        "segments:\n"
        "  a: {condition: 'spend_amount >'}\n"
        "  b: {condition: 'karma > 3'}\n"
        "  c: {condition: 'order_count > (select 1)'}\n"
        "  d: {description: nothing asked}\n"
    )
    (tmp_path / "models.yml").write_text("churn: {horizon: 3}\n")
    (tmp_path / "destinations.yml").write_text("destinations: {mail: {kind: fax}}\n")
    told = faults(tmp_path)
    for place in (
        "settings.yml: business_time_zone is 'Mars/Olympus'",
        "settings.yml: freshness_days is -1",
        "settings.yml: frequency is no setting",
        "settings.yml: drift.psi_limit is 'high'",
        "settings.yml: schedule.start is 'soon'",
        "sources.yml: crm.kind is 'xls'",
        "sources.yml: crm.entity is 'clients'",
        "sources.yml: web.path is missing",
        "sources.yml: web.columns.colour is no column of events",
        "sources.yml: web.columns.event_type is missing",
        "sources.yml: web.zone is not understood",
        "sources.yml: no source feeds order_lines",
        "segments.yml: a",
        "segments.yml: b",
        "segments.yml: c",
        "segments.yml: d",
        "models.yml: churn.horizon",
        "destinations.yml: mail.kind is 'fax'",
    ):
        assert any(fault.startswith(place) for fault in told), f"{place}\nin\n" + "\n".join(told)


def test_a_name_that_stands_twice_is_a_fault_and_not_lost(tmp_path):
    (tmp_path / "settings.yml").write_text("freshness_days: 3\nfreshness_days: 4\n")
    (tmp_path / "sources.yml").write_text("sources: {}\n")
    assert any("freshness_days stands twice" in fault for fault in faults(tmp_path))


def test_the_demos_own_configuration_is_without_fault(tmp_path):
    configuration = read_configuration(CHECKOUT / "config", tmp_path)
    assert [source.name for source in configuration.sources][:3] == ["crm", "catalogue", "till"]
    assert len(configuration.segments) == 8


def entries(kind=Entry):
    """Yield every model of an entry that has fields."""
    for each in kind.__subclasses__():
        yield each
        yield from entries(each)


ODD = [None, True, 3, "", "x", [], [[]], [{"a": 1}], {}, {"a": [{}]}, {1: None}, date(2026, 1, 1)]


@pytest.mark.parametrize("value", ODD, ids=repr)
def test_an_odd_value_anywhere_is_a_sentence_and_no_crash(value):
    for model in set(entries()) - {RuleEntry}:  # whose table is that of a model below it
        names = [field.alias or name for name, field in model.model_fields.items()]
        context = {"segments": [], "home": CHECKOUT}
        for content in [value, dict.fromkeys(names, value), *({name: value} for name in names)]:
            read = read_entry(model, content, "a.yml", context)
            assert isinstance(read, Entry) or all("expected ." not in fault for fault in read)


@pytest.mark.parametrize(
    ("name", "text", "meant"),
    [
        ("settings", "freshnes_days: 3", "freshness_days"),
        ("settings", "night_on_refused: go-on", "go_on"),
        ("sources", "sources: {a: {kind: jsonlines, entity: order_lines}}", "jsonl"),
        ("sources", "sources: {a: {kind: csv, delimeter: ';'}}", "delimiter"),
        ("sources", "sources: {a: {entity: order_line}}", "order_lines"),
        ("models", "churn: {horizon_days: 30}", "churn_horizon_days"),
        ("destinations", "destinations: {a: {kind: parket}}", "parquet"),
        ("contracts", "order_lines: {a: {column: quantty}}", "quantity"),
    ],
)
def test_what_was_probably_meant_is_asked(tmp_path, name, text, meant):
    for each in {"settings", "sources", name}:
        (tmp_path / f"{each}.yml").write_text(text if each == name else "{}")
    assert any(f"Is {meant} meant?" in fault for fault in faults(tmp_path))
