"""The contract of every landing as a whole; its columns: sql/2_quarantine/new_batches.sql.

A critical rule here refuses the batch.
"""

from expectations.rule import CRITICAL, WARNING, Rule, Shop, absent, between

# Of the demo's till, one day's lines over the median of the eight days before: 0.64 to 1.78 on
# all but three of 356 days; Thanksgiving 0.41, the day after 0.51, Christmas 0.
LEAST_VOLUME, MOST_VOLUME = 0.3, 3.0


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
        between(
            "row_count",
            (1, None),
            "rows_received",
            WARNING,
            "a header without rows: a day without any, or a file cut off after its first line. "
            "If it should have rows, have the source send it again.",
        ),
        between(
            "unreadable_count",
            (0, 0),
            "rows_readable",
            WARNING,
            "{value} rows could not be read at all and lie in quarantine with their sentences.",
        ),
        absent("note", "full_list_whole", WARNING, "{value}"),
        between(
            "volume",
            (LEAST_VOLUME, MOST_VOLUME),
            "volume_as_usual",
            WARNING,
            "{value} times as many rows as this source usually sends (the median of its last "
            f"eight files), expected {LEAST_VOLUME:g} to {MOST_VOLUME:g}: ask whether it is whole.",
        ),
        absent(
            "new_columns",
            "columns_known",
            WARNING,
            "columns this source never sent before: {value}. Kept in attributes; map them in "
            "sources.yml if they mean something.",
        ),
    )
