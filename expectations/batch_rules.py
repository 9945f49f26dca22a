"""Rules on a new batch as a whole: before its rows are judged, and after.

A critical rule here refuses the batch. The columns of the first: sql/checking/new_batches.sql;
of the second: pipelines/checking/batch_checks.py.
"""

from expectations.checks import Between
from expectations.rule import CRITICAL, WARNING, Rule, Shop, absent


def rules(shop: Shop) -> tuple[Rule, ...]:
    """Return what every landing must keep."""
    return (
        absent("fault", "file_readable", CRITICAL, "{value}"),
        absent(
            "unknown_source",
            "source_known",
            CRITICAL,
            "sources.yml has no source {value} any more: its rows are left out. Name it again to "
            "count them.",
        ),
        Rule(
            "rows_received",
            WARNING,
            Between("row_count", 1, None),
            "a header without rows: a day without any, or a file cut off after its first line. "
            "If it should have rows, have the source send it again.",
        ),
        Rule(
            "rows_readable",
            WARNING,
            Between("unreadable_count", 0, 0),
            "{value} rows could not be read at all and lie in quarantine with their sentences.",
        ),
        absent("note", "full_list_whole", WARNING, "{value}"),
        absent(
            "new_columns",
            "columns_known",
            WARNING,
            "columns this source never sent before: {value}. Kept in attributes; map them in "
            "sources.yml if they mean something.",
        ),
        absent(
            "vanished_columns",
            "columns_vanished",
            WARNING,
            "columns that each of the last files had are gone: {value}. They are null from here "
            "on; ask the source what became of them.",
        ),
    )


def on_rows(shop: Shop) -> tuple[Rule, ...]:
    """Return what the rows of a landing never let in before must keep together."""
    return (
        absent("rejected", "rejected_share", CRITICAL, "{value}"),
        absent("lost", "duplicates_stand", CRITICAL, "{value}"),
        *_currencies(shop),
        absent("unfound", "customer_refs_found", WARNING, "{value}"),
        *_volume(shop),
        absent(
            "repeated",
            "duplicate_share_as_usual",
            WARNING,
            "unusually many rows were received before: {value}. Ask whether an old file was sent "
            "again.",
        ),
        absent(
            "emptied",
            "null_share_as_usual",
            WARNING,
            "unusually many cells are empty: {value}. Ask the source what became of them.",
        ),
    )


def _currencies(shop: Shop) -> tuple[Rule, ...]:
    if shop.currency is not None:
        return ()  # then lines in another are rejected one by one
    return (absent("currencies", "currency_is_one", CRITICAL, "{value}"),)


def _volume(shop: Shop) -> tuple[Rule, ...]:
    if shop.volume == "off":
        return ()
    return (
        absent(
            "volume",
            "volume_as_usual",
            shop.volume,
            "{value} Ask whether it is whole; if the day is a special one, name it under "
            "`holidays` in settings.yml.",
        ),
    )
