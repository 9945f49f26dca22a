"""Rules that every day in received data keeps: it is no later than tomorrow, and after 1900."""

from expectations.rule import Rule, between, not_above

# Tills with a flat battery say 1899, 1904, 1970; a shop that kept data before 1900 is unknown.
EARLIEST_YEAR = 1900


def believable(received: str, happened: str, severity: str) -> tuple[Rule, Rule]:
    """Return the rules of the day cut from the column `received`: <happened>_on, <happened>_year.

    In the future is later than the day after the landing: a till east of the business may already
    write tomorrow.
    """
    return (
        not_above(
            f"{happened}_on",
            "last_believable_on",
            f"{received}_not_in_the_future",
            severity,
            f"{received} '{{value}}' lies in the future when the file came: have the source "
            "correct the clock and send the row again.",
        ),
        between(
            f"{happened}_year",
            (EARLIEST_YEAR, None),
            f"{received}_after_{EARLIEST_YEAR}",
            severity,
            f"{received} is of the year '{{value}}': nothing before {EARLIEST_YEAR} is believed. "
            "Have the source correct the date and send the row again.",
        ),
    )
