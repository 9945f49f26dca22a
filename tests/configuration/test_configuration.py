import pytest

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
