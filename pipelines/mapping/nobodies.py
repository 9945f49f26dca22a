"""The patterns by which typing finds values that name nobody: placeholders, and what is no phone.

Patterns are PostgreSQL's; what they hold comes from settings.yml, the source's header and the
numbering plans of the library phonenumbers, so that the same settings read the same rows.
"""

import re
from collections.abc import Iterable
from typing import Any

from pipelines.configuration.model import Configuration, Source

# The columns whose words name somebody or something; of a line number 0 is the first.
REFERENCES = (
    "customer_ref", "visitor_ref", "session_ref", "order_id", "event_id", "product_ref", "currency",
)  # fmt: skip
NUMBER = re.compile(r"-?[0-9]+")


def binds_of(configuration: Configuration, source: Source) -> dict[str, Any]:
    """Return what the typing SELECTs bind: a pattern per column, and the shape of phones."""
    words = configuration.placeholders
    texts = [word for word in words if not NUMBER.fullmatch(word)]
    return {
        **{f"no_{name}": pattern_of([*words, *_header(source, name)]) for name in REFERENCES},
        "no_line_no": pattern_of([*texts, *_header(source, "line_no")]),
        "no_email": _of_addresses(words),
        "phone_country": phone_shapes(configuration.phone_country),
    }


def pattern_of(words: Iterable[str]) -> str | None:
    """Return the pattern of a value that is one of some words, quoted or with a colon or not."""
    among = _among(words)
    return f"^\\s*[\"']?({among})[\"']?\\s*:?\\s*$" if among else None


def _of_addresses(words: tuple[str, ...]) -> str | None:
    """Return the pattern of an e-mail that is such a word, or such a word at another."""
    among = _among(words)
    return f"^\\s*({among}|({among})@({among})([.][a-z.]+)?)\\s*$" if among else None


def _among(words: Iterable[str]) -> str:
    return "|".join(sorted({_shape(word) for word in words}))


def _shape(word: str) -> str:
    """Return the pattern of a word; of a number also as floats and fixed widths write it."""
    if not NUMBER.fullmatch(word):
        return re.escape(word)
    return f"{'0+' if set(word) == {'0'} else word}([.,]0+)?"


def _header(source: Source, column: str) -> tuple[str, ...]:
    """Return what a header that is repeated inside a file says in a column."""
    rule = source.columns.get(column)
    return tuple(rule.names) if rule and source.kind == "csv" else ()


def phone_shapes(country: str | None) -> list[str] | None:
    """Return how numbers are written in a country; None where no country is named.

    What precedes numbers abroad, what precedes those at home, the country's code, the shape of a
    number after it, and the codes of all countries.
    """
    if country is None:
        return None
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

    plan: Any = PhoneMetadata.metadata_for_region(country)
    # A prefix with a rule of its own stands for a carrier: only the plain one is taken off.
    has_rule = plan.national_prefix_transform_rule is not None
    prefix = plan.national_prefix if has_rule else plan.national_prefix_for_parsing
    codes = "|".join(map(str, sorted(COUNTRY_CODE_TO_REGION_CODE)))
    return [
        f"^(?:00|{plan.international_prefix or '00'})",
        f"^(?:{prefix})" if prefix else "^$",
        str(plan.country_code),
        f"^(?:{plan.general_desc.national_number_pattern})$",
        f"^(?:{codes})[0-9]+$",
    ]
