"""What an API has sent is kept until it has landed, for a day and for nobody else to read."""

import logging
from datetime import timedelta
from functools import partial

import pytest

from pipelines.errors import SourceUnavailable
from pipelines.sources.http import pages as http_pages
from tests.support.api_shop import BY_NUMBER, TOKEN, Shop, refused
from tests.support.drawn_rows import NOW, asked, draw
from tests.support.json_api import as_json, numbered, served, status


@pytest.fixture
def ask(tmp_path):
    return partial(Shop, tmp_path)


def test_a_run_that_broke_goes_on_at_the_page_where_it_broke(ask):
    with served(numbered(9, 2)) as api:
        whole = ask(api.url, **BY_NUMBER).draw()
        api.requests.clear()
        api.troubles = {3: [status(500)] * 2}
        shop = ask(api.url, **BY_NUMBER, tries=2)
        with pytest.raises(
            SourceUnavailable, match=r"page 3 cannot be fetched from 127\.0\.0\.1 now"
        ):
            shop.draw()
        again = shop.draw()
    assert again.rows == whole.rows
    assert again.arrival.digest == whole.arrival.digest
    assert api.pages_asked() == ["1", "2", "3", "3", "3", "4", "5"]


def test_records_wait_until_they_are_landed(ask):
    with served(numbered(3, 2)) as api:
        shop = ask(api.url, **BY_NUMBER)
        arrivals = http_pages.arrivals(shop.source, asked(shop.home), shop.waits.append)
        first = draw(next(arrivals))
        arrivals.close()  # killed before its batch was committed
        api.answer = numbered(0, 2)
        second = shop.draw()
    assert first.rows == second.rows
    assert first.arrival.digest == second.arrival.digest
    assert list((shop.home / "sources").iterdir()) == []


@pytest.mark.parametrize("other", ["a day later", "another question"])
def test_what_is_kept_is_forgotten(ask, other):
    with served(numbered(5, 2)) as api:
        api.troubles = {3: [status(500)]}
        shop = ask(api.url, **BY_NUMBER, tries=1)
        with pytest.raises(SourceUnavailable):
            shop.draw()
        if other == "a day later":
            assert shop.ids(now=NOW + timedelta(days=1)) == [1, 2, 3, 4, 5]
        else:
            assert ask(api.url, **BY_NUMBER, parameters={"status": "any"}).ids() == [1, 2, 3, 4, 5]
    assert api.pages_asked() == ["1", "2", "3", "1", "2", "3"]


def test_a_cursor_that_expired_meanwhile_begins_anew(ask):
    def answer(api, request):
        after = request.parameters.get("after")
        if after == "old":
            return 410, {}, b'{"error": "expired"}'
        return as_json(
            {"orders": [{"order_id": 2 if after else 1}], "next": None if after else api.next}
        )

    with served(answer) as api:
        api.next = "old"
        pages = {"cursor": "$.next", "parameter": "after"}
        shop = ask(api.url, records="$.orders[*]", pages=pages)
        api.answer = lambda api, request: (
            (500, {}, b"") if request.parameters else answer(api, request)
        )
        with pytest.raises(SourceUnavailable):
            shop.draw()
        api.answer, api.next = answer, "new"
        assert shop.ids() == [1, 2]


def test_a_secret_is_in_no_log_no_sentence_and_no_file(ask, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)

    def answer(_, request):
        if "token" in request.parameters and "p" in request.parameters:
            return 400, {}, f"who is {TOKEN}?".encode()
        again = f"/orders?p=1&token={request.parameters['token']}".replace(" ", "%20")
        return as_json([{"order_id": 1}], Link=f'<{again}>; rel="next"')

    with served(answer) as api:
        shop = ask(api.url, pages={"link": True}, token="${TOKEN}", headers={"X-Key": "${TOKEN}"},
                   parameters={"token": "${TOKEN}"})  # fmt: skip
        told = refused(shop)
    assert "${TOKEN}" in told
    assert "s3cret" not in told
    assert len(api.requests) == 2
    written = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
    assert b"order_id" in written
    assert b"s3cret" not in written
    assert "s3cret" not in caplog.text


def test_what_is_kept_is_for_nobody_else_to_read(ask, tmp_path):
    with served(numbered(3, 2)) as api:
        api.troubles = {2: [status(500)]}
        with pytest.raises(SourceUnavailable):
            ask(api.url, **BY_NUMBER, tries=1).draw()
    [folder] = (tmp_path / "sources").iterdir()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
