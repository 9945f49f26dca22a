"""The advisory locks of a warehouse, numbered in one place."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import RowMapping
from sqlalchemy.engine import Connection

MIGRATING = 7_000  # bringing the schemas up to date
OPENING = 7_001  # claiming an attempt
LANDING = 7_002  # one landing after the other: known_at counts them
STAGING = 7_003  # checking and staging
TRAINING = 7_004  # numbering trainings
BALANCING = 7_005  # the one balance that stands at a time
RETIRING = 7_006  # dropping replaced attempts
DELIVERING = 7_007  # one delivery at a time


def take(connection: Connection, key: int) -> None:
    """Wait for a lock and hold it until the transaction ends."""
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


def is_alive(connection: Connection, row: RowMapping, now: datetime, idle: timedelta) -> bool:
    """Return whether a claimant (claim_key, active_at) may still be at work.

    A process holds the lock of its key while it lives; who has none has lost the claim once it was
    idle for so long.
    """
    if row["claim_key"] is None:
        return bool(now - row["active_at"] < idle)
    free = sa.select(sa.func.pg_try_advisory_xact_lock(row["claim_key"]))
    return not connection.execute(free).scalar()
