from tests.support.orders import D, a_few_weeks


def test_without_crm_events_and_products_the_night_runs_and_says_what_it_left_out(new_shop):
    shop = new_shop()
    a_few_weeks(shop)
    rule = {
        "browsers": {"condition": "session_count_30d > 3"},
        "big": {"condition": "spend_amount > 20"},
    }
    shop.configure("segments", {"segments": rule})
    shop.night(D)
    [night] = shop.query("select notes from ops.nights")
    told = " ".join(night["notes"])
    assert "No source feeds events: session_count_30d" in told
    assert "No source feeds products: category_count, top_category are null" in told
    assert "browsers" in told
    people = shop.query("select * from marts.customer_features")
    assert {row["session_count_30d"] for row in people} == {None}
    assert {row["top_category"] for row in people} == {None}
    assert sum(row["order_count"] for row in people) == 37
    segments = shop.query("select segments from marts.customer_segments")
    assert {tuple(row["segments"]) for row in segments} == {("big",), ()}
