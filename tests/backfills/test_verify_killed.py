"""Verifying that is killed, at any place: the next verify and the next night work."""

import pytest

from pipelines.attempts import claims
from pipelines.backfills import verify
from tests.support.backfilled_shop import left_in_attempts
from tests.support.kill_child import in_child, night_in_child, rows_of
from tests.support.orders import D
from tests.support.tampered_nights import published, verifier


@pytest.fixture
def shop(new_shop):
    return published(new_shop())


@pytest.fixture
def verified(capsys):
    return verifier(capsys)


def verify_the_night(opened, _):
    with claims.process_claim(opened.warehouse, "child") as claim:
        return verify.verify(opened, claim, verify.ProofRequest(D)).holds


def test_killed_anywhere_the_next_verify_and_the_next_night_work(shop, verified):
    holds, statements = in_child(shop, verify_the_night)
    assert holds
    before = rows_of(shop, D)
    for part in range(1, 8):
        assert in_child(shop, verify_the_night, kill_at=statements * part // 8) is None
        if part % 2:
            assert verified(shop)[0] == 0
        else:
            night_in_child(shop, D)
        assert left_behind_by_unpublished(shop) == []
    assert rows_of(shop, D) == before


def left_behind_by_unpublished(shop):
    building = shop.query("select night_id from ops.nights where status = 'building'")
    return left_in_attempts(shop) + building
