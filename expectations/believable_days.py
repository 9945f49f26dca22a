"""Rules that every day in received data keeps: the shop was open, and it is no later than tomorrow.

Tills with a flat battery say 1899, 1904, 1970: `opened_on` in settings.yml tells them apart.
"""

from expectations.checks import NotAbove, NotBelow
from expectations.rule import Rule


def believable(received: str, happened: str, severity: str) -> tuple[Rule, Rule]:
    """Return the rules of the day cut from the column `received`: <happened>_on.

    In the future is later than the day after the landing: a till east of the business may already
    write tomorrow.
    """
    return (
        Rule(
            f"{received}_not_in_the_future",
            severity,
            NotAbove(f"{happened}_on", "last_believable_on"),
            f"{received} '{{value}}' lies in the future when the file came: have the source "
            "correct the clock and send the row again.",
        ),
        Rule(
            f"{received}_not_before_opening",
            severity,
            NotBelow(f"{happened}_on", "opened_on"),
            f"{received} '{{value}}' lies before opened_on of settings.yml, when there was no "
            "shop: have the source correct the date and send the row again.",
        ),
    )
