"""Publish a finished attempt in one transaction."""

from sqlalchemy.engine import Connection

from pipelines.attempts.night import Night
from pipelines.publishing import ledger
from pipelines.warehouse import attempt_tables, statements


def publish(tonight: Night) -> int:
    """Publish the attempt; return its night_id. What stood for the day before is replaced."""
    now = tonight.deployment.warehouse.clock()
    with tonight.step("publish") as connection:
        for table in attempt_tables.TABLES:
            attempt_tables.attach(connection, table, tonight.night_id)
        for table in attempt_tables.ASIDE:
            attempt_tables.drop_attempt_table(connection, table, tonight.night_id)
        statements.run(connection, "publishing/replace_published", as_of=tonight.as_of, now=now)
        statements.run(
            connection,
            "publishing/insert_published",
            night_id=tonight.night_id,
            as_of=tonight.as_of,
            now=now,
        )
        _describe_segments(connection, tonight)
        ledger.write_ledger(connection, tonight)
        statements.run(connection, "publishing/mark_published", night_id=tonight.night_id, now=now)
    return tonight.night_id


def _describe_segments(connection: Connection, tonight: Night) -> None:
    """Keep the words of segments.yml, which no row depends on and no hash covers."""
    for segment in tonight.configuration.segments:
        statements.run(
            connection,
            "publishing/insert_segment_description",
            night_id=tonight.night_id,
            segment=segment.name,
            description=segment.description,
            goal=segment.goal,
        )
