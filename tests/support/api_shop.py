"""A shop that asks one API, for the tests of how."""

import json

import pytest

from pipelines.errors import SourceUnreadable
from pipelines.sources.http import pages
from pipelines.sources.interface import LINE
from tests.support.drawn_rows import a_source, asked, draw
from tests.support.source_entries import read_source

BY_NUMBER = {"records": "$.orders[*]", "pages": {"page": "page", "size": 2}}
TOKEN = "s3cret/token+of=the shop"


class Shop:
    """Asks one API, without ever sleeping; `waits` are the seconds it would have slept."""

    def __init__(self, home, url, **entry):
        options, faults = read_source("http", url=f"{url}/orders", **entry)
        assert faults == []
        self.home, self.waits = home, []
        self.source = a_source("http", options)

    def draw(self, **more):
        [drawn] = [
            draw(arrival)
            for arrival in pages.arrivals(
                self.source, asked(self.home, **{"TOKEN": TOKEN, **more}), self.waits.append
            )
        ]
        return drawn

    def ids(self, **more):
        drawn = self.draw(**more)
        assert drawn.reading.columns == [LINE]
        return [json.loads(row[LINE])["order_id"] for row in drawn.rows]


def refused(shop):
    """Return the sentence with which a source is refused: when it is read, so that others land."""
    with pytest.raises(SourceUnreadable) as caught:
        shop.draw()
    return str(caught.value)
