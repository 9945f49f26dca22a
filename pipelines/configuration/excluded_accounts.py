"""Read `leave_out` of settings.yml: accounts of staff, tests and resellers, by list or pattern."""

from typing import Any

from pipelines.configuration.faults import Faults

KEYS = ("customer_refs", "emails", "attributes")
LeaveOut = dict[str, Any]


def read_leave_out(content: Any, faults: Faults) -> LeaveOut:
    """Return who is left out, each list sorted, e-mails in lower case; note every fault."""
    place = "settings.yml: leave_out"
    if not faults.expect(
        isinstance(content, dict), f"{place} is {content!r}; expected {', '.join(KEYS)}."
    ):
        return {}
    for key in sorted(set(map(str, content)) - set(KEYS)):
        faults.append(f"{place}.{key} is no setting. There are: {', '.join(KEYS)}.")
    refs = _patterns(content.get("customer_refs"), f"{place}.customer_refs", faults)
    emails = _patterns(content.get("emails"), f"{place}.emails", faults)
    attributes = content.get("attributes") or {}
    if not faults.expect(
        isinstance(attributes, dict),
        f"{place}.attributes is {attributes!r}; expected a column with a list of values.",
    ):
        attributes = {}
    by_column = {
        str(name): _patterns(values, f"{place}.attributes.{name}", faults)
        for name, values in sorted(attributes.items(), key=lambda item: str(item[0]))
    }
    read = {
        "customer_refs": refs,
        "emails": sorted(email.lower() for email in emails),
        "attributes": by_column,
    }
    return {key: value for key, value in read.items() if value}


def _patterns(values: Any, place: str, faults: Faults) -> list[str]:
    """Return a list of texts in which * stands for anything; one must not stand for everybody."""
    values = [] if values is None else values
    holds = isinstance(values, list) and all(
        isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip()
        for value in values
    )
    if not faults.expect(
        holds, f'{place} is {values!r}; expected a list of texts such as [T-1, "STAFF-*"].'
    ):
        return []
    patterns = sorted(str(value).strip() for value in values)
    for pattern in patterns:
        faults.expect(
            pattern.strip("*?") != "", f"{place} has {pattern!r}, which leaves out everybody."
        )
    return patterns
