"""Records of an API come whole and once, however badly it behaves, and its token goes nowhere."""

from email.utils import formatdate
from functools import partial

import pytest

from pipelines.errors import SourceUnavailable
from pipelines.sources.interface import LINE
from tests.support.api_shop import BY_NUMBER, TOKEN, Shop, refused
from tests.support.json_api import as_json, body, cut, hang, numbered, served, status


@pytest.fixture
def ask(tmp_path):
    return partial(Shop, tmp_path)


def test_pages_by_number_end_at_a_short_one(ask):
    with served(numbered(5, 2)) as api:
        assert ask(api.url, **BY_NUMBER).ids() == [1, 2, 3, 4, 5]
    assert api.pages_asked() == ["1", "2", "3"]


def test_pages_by_number_end_at_an_empty_one(ask):
    with served(numbered(4, 2)) as api:
        pages = {"page": "page", "first": 1}
        assert ask(api.url, records="$.orders[*]", pages=pages).ids() == [1, 2, 3, 4]
    assert api.pages_asked() == ["1", "2", "3"]


def test_a_cursor_leads_from_page_to_page(ask):
    def answer(_, request):
        at = int(request.parameters.get("after", 0))
        more = {"next": at + 1} if at < 2 else {"next": None}
        return as_json({"data": {"items": [{"order_id": at}]}, "meta": more})

    with served(answer) as api:
        pages = {"cursor": "$.meta.next", "parameter": "after"}
        shop = ask(api.url, records="$.data.items[*]", pages=pages, parameters={"status": "any"})
        assert shop.ids() == [0, 1, 2]
    assert [r.parameters for r in api.requests] == [
        {"status": "any"}, {"status": "any", "after": "1"}, {"status": "any", "after": "2"},
    ]  # fmt: skip


def test_a_link_header_leads_from_page_to_page(ask):
    def answer(api, request):
        at = int(request.parameters.get("p", 0))
        links = ['</orders?p=9>; rel="last"', f'</orders?p={at + 1}>; rel="next"'][
            : 2 if at < 2 else 1
        ]
        return as_json([{"order_id": at}], Link=", ".join(links))

    with served(answer) as api:
        shop = ask(api.url, pages={"link": True}, token="${TOKEN}", parameters={"limit": 1})
        assert shop.ids() == [0, 1, 2]
    assert [r.parameters for r in api.requests] == [{"limit": "1"}, {"p": "1"}, {"p": "2"}]
    assert {r.headers["Authorization"] for r in api.requests} == {f"Bearer {TOKEN}"}


def test_one_page_may_be_one_record_or_a_list(ask):
    with served(lambda *_: as_json({"order_id": 7})) as api:
        assert ask(api.url).ids() == [7]
    with served(lambda *_: as_json([{"order_id": 8}, {"order_id": 9}])) as api:
        assert ask(api.url).ids() == [8, 9]


def test_records_keep_the_text_they_came_with(ask):
    record = (
        '{"order_id":1, "net":1.10,\r\n "big":12345678901234567890123, "text":"a\\nb \\u00e9 ü"}'
    )
    page = f' {{"x": [1, {{"y": "]"}}], "orders" : [ {record} ,{{"order_id":2}}]}} '
    with served(lambda *_: (200, {}, page.encode())) as api:
        rows = ask(api.url, records="$.orders[*]").draw().rows
    assert [row[LINE] for row in rows] == [record.replace("\r\n", "  "), '{"order_id":2}']


def test_what_passes_is_tried_again(ask):
    with served(numbered(5, 2)) as api:
        api.troubles = {1: [status(500), status(503)], 2: [cut, body(b'{"orders": [{"or')]}
        shop = ask(api.url, **BY_NUMBER)
        assert shop.ids() == [1, 2, 3, 4, 5]
    assert api.pages_asked() == ["1", "1", "1", "2", "2", "2", "3"]
    assert len(shop.waits) == 4
    assert 1 <= shop.waits[0] < shop.waits[1] < 6  # longer from try to try


def test_a_server_that_hangs_is_given_up_and_asked_again(ask):
    with served(numbered(3, 2)) as api:
        api.troubles = {2: [hang]}
        assert ask(api.url, **BY_NUMBER, timeout_seconds=1).ids() == [1, 2, 3]
    assert api.pages_asked() == ["1", "2", "2"]


@pytest.mark.parametrize(
    "said", [{"Retry_After": "7"}, {"Retry_After": formatdate(1_000_007, usegmt=True),
                                    "Date": formatdate(1_000_000, usegmt=True)}]
)  # fmt: skip
def test_a_server_that_asks_to_wait_is_waited_for(ask, said):
    with served(numbered(1, 2)) as api:
        answer = status(429, **said)
        api.troubles = {1: [answer]}
        shop = ask(api.url, **BY_NUMBER)
        assert shop.ids() == [1]
    assert shop.waits == [7.0]


def test_a_server_that_asks_to_wait_too_long_is_left_for_the_next_run(ask):
    with served(numbered(5, 2)) as api:
        api.troubles = {2: [status(429, Retry_After="3600")]}
        shop = ask(api.url, **BY_NUMBER)
        with pytest.raises(SourceUnavailable, match=r"page 2 .* asks to wait 3,600 seconds"):
            shop.draw()
        assert shop.ids() == [1, 2, 3, 4, 5]
    assert api.pages_asked() == ["1", "2", "2", "3"]
    assert shop.waits == []


def test_a_wrong_token_is_told_by_its_name(ask):
    def answer(_, request):
        good = request.headers.get("Authorization") == f"Bearer {TOKEN}"
        return as_json([{"order_id": 1}]) if good else (401, {}, b'{"error": "who are you"}')

    with served(answer) as api:
        shop = ask(api.url, token="${TOKEN}")
        with pytest.raises(SourceUnavailable, match=r"answers 401: check \$\{TOKEN\}") as caught:
            shop.draw(TOKEN="wrong one")
        assert "wrong one" not in str(caught.value)
        assert shop.ids() == [1]
        with pytest.raises(SourceUnavailable, match=r"nobody knows \$\{TOKEN\}"):
            shop.draw(TOKEN="")


def test_a_request_that_is_wrong_is_not_repeated(ask):
    with served(lambda *_: (404, {}, b'{"error": "no such thing"}')) as api:
        assert "refuses page 1 with 404" in refused(ask(api.url))
    assert len(api.requests) == 1


def test_a_page_that_stays_no_json_is_shown(ask):
    with served(lambda *_: (200, {}, b"<html>" + b"x" * 500)) as api:
        told = refused(ask(api.url, tries=3))
    assert "page 1 of 127.0.0.1 is no JSON, but begins '<html>xxx" in told
    assert len(told) < 300
    assert len(api.requests) == 3


@pytest.mark.parametrize("how", ["link", "redirect"])
def test_the_token_does_not_go_to_another_host(ask, how):
    with served(numbered(1, 1)) as other:

        def answer(_, request):
            where = f"{other.url}/orders"
            if how == "redirect":
                return 302, {"Location": where}, b""
            return as_json([{"order_id": 1}], Link=f'<{where}>; rel="next"')

        with served(answer) as api:
            shop = ask(api.url, pages={"link": True}, token="${TOKEN}")
            assert "which sources.yml does not name" in refused(shop)
    assert other.requests == []


def test_a_redirect_within_the_host_is_followed(ask):
    def answer(_, request):
        if request.path == "/orders":
            return 301, {"Location": "/v2/orders"}, b""
        return as_json([{"order_id": 1}])

    with served(answer) as api:
        assert ask(api.url, token="${TOKEN}").ids() == [1]
    assert api.requests[-1].headers["Authorization"] == f"Bearer {TOKEN}"


def test_pages_without_end_are_noticed(ask):
    with served(lambda *_: as_json({"orders": [{"order_id": 1}], "next": "same"})) as api:
        pages = {"cursor": "$.next", "parameter": "after"}
        assert "a page that came before" in refused(
            ask(api.url, records="$.orders[*]", pages=pages)
        )
        assert "a page that came before" in refused(
            ask(api.url, records="$.orders[*]", pages={"page": "p"})
        )
    assert len(api.requests) == 4

    def ever_new(api, _):
        return as_json({"orders": [], "next": len(api.requests)})

    with served(ever_new) as api:
        assert "without records in a row" in refused(
            ask(api.url, records="$.orders[*]", pages=pages)
        )
    assert len(api.requests) < 200


def test_what_is_new_is_asked_for_from_the_watermark_on(ask):
    with served(numbered(3, 5)) as api:
        since = {"parameter": "updated_since", "column": "ordered_at", "lookback": "30 minutes",
                 "start": "2020-01-01"}  # fmt: skip
        shop = ask(api.url, **BY_NUMBER, since=since)
        first = shop.draw()
        assert first.reading.watermark == "2026-11-20T10:03:00Z"
        second = shop.draw(watermark=first.reading.watermark)
        assert second.reading.watermark == first.reading.watermark
        api.answer = numbered(0, 5)
        third = shop.draw(watermark=first.reading.watermark)
        assert (third.rows, third.arrival.digest) == ([], None)
        assert third.reading.watermark == first.reading.watermark
    asked_since = [request.parameters["updated_since"] for request in api.requests]
    assert asked_since[0] == "2020-01-01"
    assert asked_since[-1] == "2026-11-20T09:33:00Z"


def test_what_can_be_no_watermark_is_passed_over(ask):
    marks = ["2026-11-20", "9999-12-31T00:00:00Z", "a\x00b", "\ud800", "x" * 500, None, ["2027"]]
    records = [{"order_id": n, "day": mark} for n, mark in enumerate(marks)]
    with served(lambda *_: as_json(records)) as api:
        drawn = ask(api.url, since={"parameter": "since", "column": "day"}).draw()
    assert drawn.reading.watermark == "2026-11-20"
    assert len(drawn.rows) == len(marks)
