"""Prove a published night: build it in full from its record and compare row by row.

The attempt it builds is never published and always dropped. Contracts and drift are left out:
they judge rows and make none, and what they write down is about nights that may stand.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import RowMapping
from sqlalchemy.engine import Connection

from pipelines.attempts import claims, compare, recorded
from pipelines.attempts.claims import AttemptRequest, Claim
from pipelines.attempts.compare import Comparison
from pipelines.attempts.night import KEYS, Night
from pipelines.backfills import recorded_inputs
from pipelines.backfills.recorded_inputs import RecordedInputs
from pipelines.configuration.columns import DIGITS
from pipelines.deployment import Deployment
from pipelines.errors import NothingThere
from pipelines.nights import runner
from pipelines.progress import Listener, silent
from pipelines.steps import BUILD
from pipelines.warehouse import content_hash

STEPS = tuple(step for step in BUILD if step.name not in ("contracts", "drift"))


@dataclass(frozen=True)
class ProofRequest:
    """The day whose night is to be built again.

    With `known_now` it is built at all that has landed since, everything else as recorded: then
    the differences are what late and corrected rows would change.
    """

    as_of: date
    known_now: bool = False


@dataclass(frozen=True)
class Proof:
    """A published night held against the same night built again.

    `unlike` are tables whose rows built again are not those recorded, `edited` those whose
    published rows are not. Where retention has let the published rows go, there is no `comparison`
    and the recorded hashes alone speak.
    """

    night: RowMapping
    inputs: RecordedInputs
    known_at: int
    row_counts: dict[str, int]
    unlike: list[str]
    edited: list[str]
    comparison: Comparison | None

    @property
    def holds(self) -> bool:
        """Whether the published night is what its record makes.

        Equal rows are enough where other code built it: that may have hashed other columns.
        """
        if self.comparison is None:
            return not self.unlike
        return not self.comparison.row_count and not (self.unlike and self.inputs.is_exact)


def verify(
    deployment: Deployment,
    claim: Claim,
    request: ProofRequest,
    listener: Listener = silent,
) -> Proof:
    """Build the night that stands for a day in full, compare it, and drop what was built.

    Raises
    ------
    NothingThere
        If no night is published for the day, or a model it was built with is gone.
    WarehouseBusy
        While somebody else builds.
    """
    night = _published_night(deployment, request.as_of)
    inputs = recorded_inputs.inputs_of(deployment, night, staged_today=request.known_now)
    if request.known_now or inputs.staging_version != night["staging_version"]:
        runner.stage_anew(deployment, listener)
    attempt = AttemptRequest(
        request.as_of,
        known_at=None if request.known_now else night["known_at"],
        purpose="verify",
        in_full=True,
        models=dict(night["models"]),
        staging_version=inputs.staging_version,
    )
    again = claims.open_night(inputs.deployment, claim, attempt)
    try:
        runner.build(again, listener, STEPS)
        with deployment.warehouse.begin() as connection:
            return _prove(connection, night, inputs, again)
    finally:
        claims.drop_night(deployment, again.night_id)


def _published_night(deployment: Deployment, as_of: date) -> RowMapping:
    with deployment.warehouse.begin() as connection:
        found = recorded.published_on(connection, as_of)
    if not found:
        raise NothingThere(
            f"no night is published for {as_of}, so there is nothing to verify: `nocturne status` "
            "shows which are."
        )
    return found


def _prove(
    connection: Connection, night: RowMapping, inputs: RecordedInputs, again: Night
) -> Proof:
    """Compare what was built again with what stands and with what was recorded."""
    built = recorded.night_of(connection, again.night_id)
    recorded_hashes, hashes = night["content_hashes"], dict(built["content_hashes"])
    unlike = [table for table in KEYS if hashes[table] != recorded_hashes.get(table)]
    published = compare.published(night["night_id"])
    comparison, edited = None, []
    if compare.is_kept(connection, published):
        comparison = compare.attempts(connection, published, compare.unpublished(again.night_id))
        # Where all rows are equal, the published have the hash of those built again.
        for difference in comparison.tables:
            if difference.row_count:
                table = difference.table
                place, digits = published(table), DIGITS.get(table, 4)
                hashes[table] = content_hash.content_hash(connection, place, KEYS[table], digits)
        edited = [table for table in KEYS if hashes[table] != recorded_hashes.get(table)]
    counts = dict(built["row_counts"])
    return Proof(night, inputs, again.known_at, counts, unlike, edited, comparison)
