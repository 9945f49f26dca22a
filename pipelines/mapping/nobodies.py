"""What typing finds values by that name nobody: words, numbers, and the shapes of phones.

Patterns are PostgreSQL's; what they hold comes from settings.yml, the source's header and the
numbering plans of the library phonenumbers, so that the same settings read the same rows.
"""

import re
from typing import Any

from pipelines.configuration.model import Configuration, Source

# The columns whose words name somebody or something; of a line number 0 is the first.
REFERENCES = (
    "customer_ref", "visitor_ref", "session_ref", "order_id", "event_id", "product_ref", "currency",
)  # fmt: skip
NUMBER = re.compile(r"-?[0-9]+")


def binds_of(configuration: Configuration, source: Source) -> dict[str, Any]:
    """Return what the typing SELECTs bind: words per column, numbers, and the shape of phones."""
    numbers = [word for word in configuration.placeholders if NUMBER.fullmatch(word)]
    words = [word.strip(" \"':") for word in configuration.placeholders if word not in numbers]
    return {
        **{f"no_{name}": [*words, *_header(source, name)] for name in (*REFERENCES, "line_no")},
        "no_number": f"^({'|'.join(map(_shape, numbers))})([.,]0+)?$" if numbers else None,
        "no_email": [*words, *numbers],
        "phone_country": phone_shapes(configuration.phone_country),
    }


def _shape(number: str) -> str:
    """Return the pattern of a number; 0 also in a fixed width."""
    return "0+" if set(number) == {"0"} else number


def _header(source: Source, column: str) -> tuple[str, ...]:
    """Return what a header that is repeated inside a file says in a column."""
    rule = source.columns.get(column)
    names = rule.names if rule and source.kind == "csv" else ()
    return tuple(name.lower() for name in names)


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
