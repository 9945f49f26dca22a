"""The words that stand in data where a name is missing, and the country of phones without a code.

Read from `identity` of settings.yml. A list of one's own takes the place of the one here.
"""

from importlib.metadata import version
from typing import Any

from pipelines.configuration.faults import Faults

# What programs write where they know nothing (null to \N), what forms and web trackers send
# instead of a name (unknown to the zero UUID), and the first word of a line of sums.
PLACEHOLDERS = (
    "null", "(null)", "<null>", "nil", "none", "nan", "<na>", "na", "n/a", "#n/a", "undefined",
    "\\n", "0", "-1", "unknown", "anonymous", "guest", "(not set)", "[object object]", "true",
    "false", "-", "--", "?", "00000000-0000-0000-0000-000000000000",
    "total", "totals", "grand total", "subtotal", "sum", "summe", "gesamt", "gesamtsumme",
)  # fmt: skip


def read_placeholders(content: Any, faults: Faults) -> tuple[str, ...]:
    """Return the words that name nobody, in lower case; note what is no list of texts."""
    if content is None:
        return PLACEHOLDERS
    good = isinstance(content, list) and all(
        isinstance(word, str | int) and not isinstance(word, bool) and str(word).strip()
        for word in content
    )
    faults.expect(
        good,
        f"settings.yml: identity.placeholders is {content!r}; expected a list of texts such as "
        '["null", "n/a", "0"], in quotes where YAML would read nothing or a truth.',
    )
    return tuple(sorted({str(word).strip().lower() for word in content})) if good else ()


def read_phone_country(country: Any, faults: Faults) -> str | None:
    """Return the country whose numbers are written without a code; note one that there is not."""
    if country is None:
        return None
    from phonenumbers import SUPPORTED_REGIONS

    known = faults.expect(
        country in SUPPORTED_REGIONS,
        f"settings.yml: identity.phone_country is {country!r}; expected a code of ISO 3166 such "
        'as US or DE, in quotes where YAML would read a truth ("NO").',
    )
    return str(country) if known else None


def numbering_plans(country: str | None) -> str | None:
    """Return which edition of the library's numbering plans is read; none without a country."""
    return version("phonenumbers") if country else None
