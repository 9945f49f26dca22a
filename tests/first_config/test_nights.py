"""What `init` proposes for a shop never seen is read, tried, landed and built as it stands."""

import pytest

from pipelines.check_sources import report
from pipelines.first_config import folder
from tests.support.shop import Shop
from tests.support.unknown_shops import LAST, SHOPS, spend


@pytest.fixture
def begun(tmp_path, new_database):
    """Return a shop whose configuration is what was proposed for its files."""

    def begin(name: str) -> tuple[Shop, folder.FirstConfig]:
        files, home = tmp_path / name / "their files", tmp_path / name / "home"
        files.mkdir(parents=True)
        home.mkdir()
        made = folder.propose(SHOPS[name](files), "Europe/Berlin")
        folder.write(tmp_path / name / "config", made.files)
        return Shop(home, tmp_path / name / "config", new_database()), made

    return begin


@pytest.mark.parametrize("name", SHOPS)
def test_a_night_of_a_shop_never_seen_adds_up_to_the_cent(begun, name):
    shop, made = begun(name)
    assert (made.newest, made.not_found) == (LAST, [])
    opened = shop.deployment()
    seen = list(report.look(opened))
    opened.warehouse.close()
    assert [each.faults for each in seen] == [[] for _ in seen]
    shop.night(LAST)
    assert shop.query("select row_no, sentence from quarantine.rows") == []
    found = shop.query("select customer_refs, spend_amount from marts.customer_features")
    assert {row["customer_refs"][0]: int(row["spend_amount"] * 100) for row in found} == spend()


def test_what_customers_and_visitors_are_asked_and_do_is_understood(begun):
    shop, _ = begun("german_till")
    shop.night(LAST)
    [told] = shop.query(
        "select count(*) filter (where consent_marketing) as asked, min(family_name) as name, "
        "min(created_on)::text as since, max(city) as city from staging.customers"
    )
    assert told == {"asked": 8, "name": "Weiß0", "since": "2024-02-01", "city": "Köln"}
    web, _ = begun("epoch_shop")
    web.night(LAST)
    kinds = web.query("select distinct event_type from staging.events order by 1")
    assert [row["event_type"] for row in kinds] == ["cart_add", "page_view", "product_view"]
