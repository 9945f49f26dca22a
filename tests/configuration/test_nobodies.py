"""What settings.yml says of values that name nobody, and of lines that come again changed."""

import pytest

from pipelines.configuration.load import read_configuration
from pipelines.errors import ConfigurationFaulty

SOURCES = (
    "sources:\n  till: {entity: order_lines, kind: csv, path: t.csv, columns: "
    "{order_id: o, line_no: l, ordered_at: a, quantity: n, net_amount: s}%s}\n"
)


def read(folder, settings="", more=""):
    (folder / "settings.yml").write_text(settings)
    (folder / "sources.yml").write_text(SOURCES % more)
    return read_configuration(folder, folder)


def test_without_a_word_the_usual_placeholders_hold_and_no_country(tmp_path):
    found = read(tmp_path)
    assert {"null", "nan", "undefined", "none", "n/a", "\\n", "0", "-1", "total"} <= {
        *found.placeholders
    }
    assert (found.phone_country, found.days_moved, found.corrections_severity) == (
        None, 31, "warning",
    )  # fmt: skip


def test_a_list_of_ones_own_takes_the_place_of_the_usual_one(tmp_path):
    found = read(tmp_path, 'identity: {placeholders: ["Walk-In", 999], phone_country: DE}\n')
    assert (found.placeholders, found.phone_country) == (("999", "walk-in"), "DE")
    assert read(tmp_path, "identity: {placeholders: []}\n").placeholders == ()


def test_a_currency_is_compared_in_capitals(tmp_path):
    assert read(tmp_path, "currency: eur\n").currency == "EUR"


def test_updated_at_needs_a_key_that_stays(tmp_path):
    (tmp_path / "settings.yml").write_text("")
    entry = "{entity: %s, kind: csv, path: x, columns: {%s, updated_at: u}}"
    columns = "order_id: o, ordered_at: a, quantity: n, net_amount: s"
    entries = {
        "till": entry % ("order_lines", columns),
        "web": entry % ("events", "occurred_at: a, event_type: t"),
    }
    told = "".join(f"  {name}: {each}\n" for name, each in entries.items())
    (tmp_path / "sources.yml").write_text(f"sources:\n{told}")
    with pytest.raises(ConfigurationFaulty) as caught:
        read_configuration(tmp_path, tmp_path)
    [till, web] = caught.value.faults
    assert till.startswith("sources.yml: till.columns.updated_at needs order_id and line_no")
    assert web.startswith("sources.yml: web.columns.updated_at needs event_id")


@pytest.mark.parametrize(
    ("settings", "more", "place"),
    [
        ("identity: {placeholders: null-ish}", "", "settings.yml: identity.placeholders"),
        ("identity: {placeholders: [no]}", "", "settings.yml: identity.placeholders"),
        ("identity: {phone_country: Germany}", "", "settings.yml: identity.phone_country"),
        ("identity: {phone_country: no}", "", "settings.yml: identity.phone_country"),
        ("corrections: {days_moved: 0}", "", "settings.yml: corrections.days_moved"),
        ("corrections: {severity: fatal}", "", "settings.yml: corrections.severity"),
        ("currency: 978", "", "settings.yml: currency"),
        ("", ", keep: oldest", "sources.yml: till.keep is 'oldest'"),
        ("", ", keep: first, snapshot: true", "sources.yml: till: keep: first and snapshot"),
        (
            "",
            ", keep: first, orders_arrive_whole: true",
            "sources.yml: till: keep: first and orders_arrive_whole",
        ),
    ],
)
def test_what_cannot_be_meant_is_a_fault_with_its_place(tmp_path, settings, more, place):
    with pytest.raises(ConfigurationFaulty) as caught:
        read(tmp_path, f"{settings}\n", more)
    assert [fault for fault in caught.value.faults if fault.startswith(place)]


def test_what_names_nobody_decides_how_rows_are_staged(tmp_path):
    before = read(tmp_path).received_meaning
    for settings in (
        "identity: {placeholders: [x]}",
        "identity: {phone_country: US}",
        "corrections: {days_moved: 7}",
    ):
        assert read(tmp_path, settings).received_meaning != before
    assert read(tmp_path, more=", keep: first").received_meaning != before
    assert read(tmp_path, more=", keep: last").received_meaning == before
