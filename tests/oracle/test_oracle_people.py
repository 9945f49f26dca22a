"""The oracle's own claims about who is who, each on a story small enough to see through."""

import hashlib
from datetime import date

from .people import first_63_bits
from .stories import customer, event, line, tell, who


def ref(name: str, space: str = "shared") -> tuple:
    return ("ref", space, name)


def test_a_person_id_is_63_bits_of_space_and_ref():
    bits = bin(int(hashlib.sha256(b"shared\x1fA").hexdigest(), 16))[2:].zfill(256)[:63]
    assert who([customer("A")])[ref("A")] == int(bits, 2) == first_63_bits("shared\x1fA")


def test_an_email_joins_two_refs_and_the_older_founds():
    rows = [customer("B", email="x@y", batch_from=1), customer("A", email="x@y", batch_from=2)]
    found = who(rows)
    assert found[ref("A")] == found[ref("B")] == first_63_bits("shared\x1fB")
    assert tell(customers=rows).iloc[0].customer_refs == ["A", "B"]
    assert who(rows, first_named={ref("A"): 0})[ref("B")] == first_63_bits("shared\x1fA")


def test_a_link_counts_from_its_day():
    rows = [customer("A", email="x@y"), customer("B", "11-20", email="x@y")]
    assert ref("B") not in who(rows, as_of=date(2026, 11, 19))
    assert ref("B") in who(rows, as_of=date(2026, 11, 20))


def test_the_same_ref_in_two_spaces_is_two_people():
    assert len(set(who([customer("A"), customer("A", customer_space="till")]).values())) == 2


def test_a_value_on_six_refs_links_nobody_and_its_guests_belong_to_nobody():
    five, six = ([customer(name, email="x@y") for name in names] for names in ("ABCDE", "ABCDEF"))
    guest = line("1", "11-20", email="x@y")
    assert len(set(who(five, [guest]).values())) == 1
    found = who(six, [guest])
    assert len(set(found.values())) == 6
    assert ("email", "x@y") not in found
    assert sum(tell([guest], customers=six).order_count) == 0


def test_guests_joined_by_a_phone_take_the_earlier_email():
    late = line("1", "11-01", email="a@y", phone="+1", batch_from=2)
    early = line("2", "11-02", email="b@y", phone="+1", batch_from=1)
    assert set(who(lines=[late, early]).values()) == {first_63_bits("b@y")}
    assert set(who(lines=[line("1", "11-01", phone="+1")]).values()) == {first_63_bits("+1")}
    assert tell([late, early]).iloc[0].customer_refs == []


def test_a_visitor_of_one_ref_brings_its_anonymous_events_and_of_two_none():
    view = event("page_view", "11-01 10:00", visitor_ref="v")
    first = event("login", "11-02 10:00", visitor_ref="v", customer_ref="A")
    second = event("login", "11-03 10:00", visitor_ref="v", customer_ref="B")
    assert list(tell(events=[view, first]).session_count_30d) == [2]
    found = tell(events=[view, first, second])
    assert sorted(found.session_count_30d) == [1, 1]


def test_an_email_seen_only_in_an_event_is_nobody_and_a_known_one_is_its_person():
    view = event("page_view", "11-20 10:00", email="x@y", visitor_ref="v")
    assert who(events=[view]) == {}
    guest = line("1", "11-20", email="x@y")
    assert list(tell([guest], events=[view]).session_count_30d) == [1]
    unnamed = event("page_view", "11-21 10:00", visitor_ref="v")  # its e-mail was seen with it
    assert list(tell([guest], events=[view, unnamed]).session_count_30d) == [2]


def test_a_row_without_a_ref_goes_by_email_before_visitor():
    events = [event("login", "11-20 10:00", customer_ref="A", visitor_ref="v")]
    events.append(event("page_view", "11-20 10:10", email="b@y", visitor_ref="v"))
    found = tell(events=events, customers=[customer("B", email="b@y")])
    assert list(found.session_count_30d) == [1, 1]


def test_an_order_with_neither_ref_nor_value_belongs_to_nobody():
    assert who(lines=[line("1", "11-20", email=None)]) == {}
    assert tell([line("1", "11-20", email=None)]).empty
