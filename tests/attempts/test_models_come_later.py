"""Claims: a night published without models is scored when it is built again, not as recorded.

A night that was refused keeps its reason, for everybody who asks how things stand.
"""

from datetime import timedelta

import pytest

from nocturne.show import status as show_status
from pipelines.attempts import recorded
from pipelines.errors import BatchRefused, NightTooStale
from tests.support.orders import D, a_few_weeks
from tests.support.training_shop import DAY, shop_of_many, train_on


@pytest.fixture(scope="module")
def trained(tmp_path_factory, new_database):
    """A night, then a training, then that night again: as recorded, and as of now."""
    shop = shop_of_many(tmp_path_factory.mktemp("later"), new_database())
    shop.configure("segments", {"segments": {"leaving": {"condition": "churn_probability > 0.5"}}})
    shop.night(DAY)
    train_on(shop)
    shop.night(DAY, known_at=2)
    shop.night(DAY)
    return shop


def test_a_night_without_models_takes_the_champion_there_is_when_it_is_built_again(trained):
    first, as_recorded, again = trained.query(
        "select models, notes from ops.nights join ops.published using (night_id) order by night_id"
    )
    assert first["models"] == as_recorded["models"] == {}
    assert set(again["models"]) == {"churn", "segmenter"}
    [scored] = trained.query(
        "select count(*) as n from marts.customer_scores where churn_probability is not null"
    )
    assert scored["n"] > 0


def test_a_night_keeps_the_models_it_had_when_it_is_built_again(trained):
    before = published(trained)["models"]
    trained.query("update ops.model_versions set champion_since = champion_since + interval '1 h'")
    trained.night(DAY)
    assert published(trained)["models"] == before


def published(shop):
    deployment = shop.deployment()
    with deployment.warehouse.begin() as connection:
        row = recorded.published_on(connection, DAY)
    deployment.warehouse.close()
    return row


def test_a_night_refused_as_too_stale_stands_with_its_reason(new_shop, capsys):
    shop = new_shop(schedule={"start": D, "end": D + timedelta(days=9)})
    a_few_weeks(shop)
    with pytest.raises(NightTooStale):
        shop.night(D + timedelta(days=9))
    assert failed(shop) == [{"as_of": D + timedelta(days=9), "status": "failed"}]
    assert "no line is dated in the 3 days" in told(shop, capsys)


def test_a_night_stopped_by_a_refused_batch_stands_with_its_reason(new_shop, capsys):
    shop = new_shop()
    a_few_weeks(shop)
    (shop.home / "till" / "empty.csv").write_text("")
    with pytest.raises(BatchRefused):
        shop.night(D)
    assert failed(shop) == [{"as_of": D, "status": "failed"}]
    assert "empty.csv" in told(shop, capsys)


def failed(shop):
    return shop.query("select as_of, status from ops.nights")


def told(shop, capsys):
    deployment = shop.deployment()
    show_status.show(deployment)
    deployment.warehouse.close()
    [line] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Failed:")]
    return line
