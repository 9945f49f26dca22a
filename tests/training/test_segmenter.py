"""Claims about clusters: who is in one, that it is what the segmenter says, and what is left."""

from dataclasses import replace

from models.clusters import DIMENSIONS, Segmenter
from pipelines.attempts import serving_models
from pipelines.features import arrow
from pipelines.segments import segment
from pipelines.warehouse import attempt_tables
from tests.support.segmented_shop import a_till, featured, held_by, rules, with_a_crm
from tests.support.segmenters import keep_segmenter


def serving(shop, tonight):
    """Return the night with a segmenter that serves, made on people of all kinds."""
    return replace(tonight, models={"segmenter": keep_segmenter(shop.home / "models", 1)})


def test_who_refuses_profiling_is_in_no_segment_and_no_cluster(new_shop):
    shop = new_shop()
    shop.configure("segments", rules(everybody="order_count > 0"))
    with_a_crm(shop, {"asked": "true", "refusing": "false", "silent": ""})
    a_till(shop, {"asked": 1, "refusing": 1, "silent": 1, "unmet": 1})
    with featured(shop) as tonight:
        segment.segment(serving(shop, tonight))
        held = held_by(shop, tonight)
    assert {who for who, row in held.items() if row["segments"]} == {"asked", "silent", "unmet"}
    assert held["refusing"]["primary_segment"] == "none"
    assert {who for who, row in held.items() if row["cluster"] is None} == {"refusing"}
    assert held["refusing"]["segmenter_model"] is None


def test_a_cluster_is_what_the_segmenter_says_whatever_the_size_of_batches(new_shop, monkeypatch):
    shop = new_shop()
    a_till(shop, {f"c{n}": 1 + n % 9 for n in range(25)})
    with featured(shop) as plain:
        tonight = serving(shop, plain)
        segment.segment(tonight)
        whole = held_by(shop, tonight)
        monkeypatch.setattr(arrow, "BATCH_PEOPLE", 7)
        segment.segment(tonight)
        assert held_by(shop, tonight) == whole
        name = attempt_tables.attempt_table("customer_features", tonight.night_id)
        found = shop.query(f"select * from attempts.{name}")
    content = serving_models.read_bytes(shop.home / "models", tonight.models["segmenter"])
    segmenter = Segmenter.from_bytes(content)
    by_id = {row["person_id"]: row for row in whole.values()}
    for row in found:
        expected = segmenter.assign([[float(row[name]) for name in DIMENSIONS]])[0]
        held = by_id[row["person_id"]]
        assert (held["cluster"], held["cluster_name"]) == (expected, segmenter.names_[expected])
        assert held["segmenter_model"] == tonight.models["segmenter"]


def test_what_a_killed_run_left_is_gone_and_nothing_is_left_behind(new_shop):
    shop = new_shop()
    a_till(shop, {"one": 1})
    shop.deployment().warehouse.close()
    shop.query("create table attempts.inbox_clusters_999 (like attempts.inbox_clusters)")
    with featured(shop) as tonight:
        segment.segment(serving(shop, tonight))
        found = shop.query("select tablename as name from pg_tables where schemaname = 'attempts'")
    assert [row for row in found if row["name"].startswith("inbox_clusters_")] == []
