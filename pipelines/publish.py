"""Put a finished attempt in front of people: one transaction, whole or not at all."""

from pipelines import ledger, partitions, warehouse
from pipelines.night import Night


def publish(tonight: Night) -> int:
    """Publish the attempt; return its night_id. What stood for the day before is replaced."""
    now = tonight.deployment.warehouse.clock()
    with tonight.step("publish") as connection:
        for table in partitions.TABLES:
            partitions.attach(connection, table, tonight.night_id)
        for table in partitions.ASIDE:
            partitions.drop_attempt_table(connection, table, tonight.night_id)
        warehouse.run(connection, "ops/replace_published", as_of=tonight.as_of, now=now)
        warehouse.run(
            connection,
            "ops/insert_published",
            night_id=tonight.night_id,
            as_of=tonight.as_of,
            now=now,
        )
        ledger.write(connection, tonight)
        warehouse.run(connection, "ops/mark_published", night_id=tonight.night_id, now=now)
    return tonight.night_id
