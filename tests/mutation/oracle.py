"""The pandas oracle as a judge: a dense random shop, its features known from its files alone."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipelines.attempts import claims
from pipelines.features import build
from pipelines.people import identify
from pipelines.staging import stage
from tests.oracle.features import COLUMNS
from tests.promise import oracles
from tests.promise.roads import Place, live, move_raw, opened
from tests.promise.script import Script, happenings
from tests.promise.shop import START, founded
from tests.support.case_rows import STAGED_INTO

NIGHTS = 4
HAPPENINGS = 25  # before each night
EXAMPLES = 3  # the first that hypothesis draws are plain

Rows = list[dict[str, Any]]


def script() -> Script:
    """Return nights before which a lot has happened, the same whenever drawn."""
    drawn: list[Any] = []

    @settings(
        max_examples=EXAMPLES, derandomize=True, deadline=None, database=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.lists(happenings, min_size=NIGHTS * HAPPENINGS, max_size=NIGHTS * HAPPENINGS))
    def draw(many: list[Any]) -> None:
        drawn.append(many)

    draw()
    each = [tuple(drawn[-1][n * HAPPENINGS : (n + 1) * HAPPENINGS]) for n in range(NIGHTS)]
    return Script(tuple((START + timedelta(days=n), each[n]) for n in range(NIGHTS)), ())


@dataclass
class OracleShop:
    """The shop's place, the same place with nothing but what was received, what must come out."""

    place: Place
    again: Place
    nights: list[int]
    expected: Rows

    def features(self) -> None:
        """Build the last night in full, on the one before, and on the first: as the oracle says."""
        for previous in (None, self.nights[-2], self.nights[0]):
            self._agree(self.place, previous)

    def staging(self) -> None:
        """Stage all that was received anew and build the last night: as the oracle says."""
        with self.again.deployment.warehouse.begin() as connection:
            connection.execute(
                sa.text(
                    f"truncate {STAGED_INTO}, staging.left_out, staging.left_out_accounts;"
                    "update ops.batch_states set state = 'checked' where state = 'staged'"
                )
            )
        stage.stage(self.again.deployment)
        self._agree(self.again, None)

    def _agree(self, place: Place, previous: int | None) -> None:
        claims.drop_kept(place.deployment, place.claim)
        request = claims.AttemptRequest(
            self._as_of, self._known_at, "verify", in_full=previous is None, previous=previous
        )
        tonight = claims.open_night(place.deployment, place.claim, request)
        identify.identify(tonight)
        build.build_customer_features(tonight)
        table = f"attempts.customer_features_{tonight.night_id}"
        found = place.query(f"select * from {table} order by person_id")
        claims.drop_night(place.deployment, tonight.night_id)
        assert len(found) == len(self.expected), "other people"
        for mine, theirs in zip(found, self.expected, strict=True):
            different = [c for c in COLUMNS if not oracles.equal(mine[c], theirs[c])]
            assert not different, f"{different[0]} of {mine['person_id']}"

    @property
    def _as_of(self) -> Any:
        return START + timedelta(days=NIGHTS - 1)

    @property
    def _known_at(self) -> int:
        return self.place.known_at()


@contextmanager
def oracle_shop(home: Path, urls: list[str]) -> Iterator[OracleShop]:
    """Let the shop live in the first of two databases that have their schemas."""
    folders = [Path(tempfile.mkdtemp(dir=home)) for _ in urls]
    with opened(folders[0], urls[0]) as place, opened(folders[1], urls[1]) as again:
        shop = founded(folders[0])
        nightly = live(place, shop, script())
        move_raw(place, again)
        again.receive()
        expected = oracles.features_of_files(folders[0], place, nightly[-1])
        yield OracleShop(place, again, [each.night_id for each in nightly], expected)
