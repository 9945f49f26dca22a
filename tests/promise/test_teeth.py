"""The roads part when a night forgets one of the five kinds of people it must compute anew."""

from datetime import timedelta

import pytest

from pipelines.warehouse import statements
from tests.promise import happenings as the
from tests.promise.roads import live, random_shop
from tests.promise.script import Script
from tests.promise.shop import START

# By itself the shop's past leaves windows, and orders placed ahead come due. The buyers of these
# stories are touched for no other reason on the night after.
LATE = the.Sale(the.Who("c7"), START - timedelta(days=20), "12:00:00", (("p1", 1, 9),))
MERGED = the.Card("c3", "e4@x.org", "", None, "", "")
OTHER_CATEGORY = the.Category("p2", "tea")
HAPPENED = [(), (LATE, OTHER_CATEGORY), (), (), (MERGED,), ()]
STORY = Script(
    tuple((START + timedelta(days=n), happened) for n, happened in enumerate(HAPPENED)), ()
)


def forget(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Leave people out of `touched` who are touched for this reason."""
    read, line = statements.read_sql, "from reasons\n"

    def forgetful(name: str) -> str:
        text = read(name)
        if name != "features/touched":
            return text
        assert line in text
        return text.replace(line, f"from reasons where reason != '{kind}'\n")

    monkeypatch.setattr(statements, "read_sql", forgetful)


@pytest.mark.parametrize("kind", ["nobody", "received", "dated", "window", "members", "category"])
def test_a_night_that_forgets_touched_people_is_found_out(databases, monkeypatch, kind):
    forget(monkeypatch, kind)
    with random_shop(databases) as (place, shop):
        nightly = live(place, shop, STORY)
        in_full = [place.in_full(each.as_of, each.known_at) for each in nightly]
    is_same = [one.hashes == other.hashes for one, other in zip(nightly, in_full, strict=True)]
    assert all(is_same) == (kind == "nobody")
