"""Read config/contracts.yml: the rules a shop adds to those of expectations/."""

import re
from collections.abc import Mapping
from datetime import date
from importlib import import_module
from typing import Any

from expectations.custom import ATTRIBUTE, KINDS, CustomRule, check_of
from expectations.rule import CRITICAL, WARNING, Shop
from pipelines.configuration.columns import BY_TABLE, DAY, FLAG, INSTANT, LIST, NUMBER, TEXT
from pipelines.configuration.entities import ENTITIES
from pipelines.configuration.faults import Faults

KEYS = ("column", "severity", "sentence")
AN_ATTRIBUTE = "attribute"  # text, unless it is to lie between numbers
ON = {
    "present": (TEXT, NUMBER, DAY, INSTANT, FLAG, LIST, AN_ATTRIBUTE),
    "between": (NUMBER, DAY, AN_ATTRIBUTE),
    "one_of": (TEXT, AN_ATTRIBUTE),
    "matches": (TEXT, AN_ATTRIBUTE),
    "not_above": (NUMBER, DAY, INSTANT),
    "once": (TEXT, NUMBER, DAY, INSTANT, AN_ATTRIBUTE),
}
# What Python takes and PostgreSQL does not, or reads in another way.
FOREIGN = re.compile(r"\(\?(?!:|=|!)|\\[bBzZ]|\{,")

Contracts = dict[str, tuple[CustomRule, ...]]


def read_contracts(content: dict[str, Any], faults: Faults) -> Contracts:
    """Return the rules by table; note what is wrong with them."""
    contracts = {}
    for table, entries in content.items():
        place = f"contracts.yml: {table}"
        if not faults.expect(
            table in BY_TABLE, f"{place} is no table. There are: {', '.join(BY_TABLE)}."
        ) or not faults.expect(isinstance(entries, dict), f"{place}: expected names of rules."):
            continue
        taken = _taken(table)
        read = [_rule(table, str(name), entry, faults) for name, entry in entries.items()]
        for name in sorted(taken & set(map(str, entries))):
            faults.append(f"{place}.{name} is a rule that is there already: choose another name.")
        contracts[table] = tuple(rule for rule in read if rule)
    return contracts


def _taken(table: str) -> set[str]:
    """Return the names of the rules that a table has without contracts.yml."""
    shop = Shop(currency="EUR", has_products=True)
    contract = import_module(f"expectations.{table}")
    landings = import_module("expectations.batch_rules")
    others = (
        [*landings.rules(shop), *landings.on_rows(shop)]
        if table in ENTITIES
        else contract.balance(shop)
    )
    return {rule.name for rule in (*contract.rules(shop), *others)}


def _rule(table: str, name: str, entry: Any, faults: Faults) -> CustomRule | None:
    place, before = f"contracts.yml: {table}.{name}", len(faults)
    faults.expect(
        re.fullmatch("[a-z][a-z0-9_]{0,49}", name) is not None,
        f"{place}: expected a name of small letters, digits and _, at most 50.",
    )
    if not faults.expect(isinstance(entry, dict), f"{place}: expected keys and values."):
        return None
    for key in sorted(set(map(str, entry)) - {*KEYS, *KINDS}):
        faults.append(f"{place}.{key} is not understood. There are: {', '.join((*KEYS, *KINDS))}.")
    asked = [kind for kind in KINDS if kind in entry]
    severity, sentence = entry.get("severity", WARNING), entry.get("sentence")
    faults.expect(len(asked) == 1, f"{place}: expected one of {', '.join(KINDS)}.")
    faults.expect(
        severity in (WARNING, CRITICAL),
        f"{place}.severity is {severity!r}; expected warning or critical.",
    )
    faults.expect(
        sentence is None or isinstance(sentence, str), f"{place}.sentence: expected a text."
    )
    holds = _column_kind(table, entry.get("column"), f"{place}.column", faults)
    if len(faults) > before or holds is None:
        return None
    kind, column = asked[0], entry["column"]
    if not faults.expect(
        holds in ON[kind],
        f"{place}.{kind} is for columns of {' or '.join(ON[kind])}; {column} holds {holds}.",
    ):
        return None
    value = READ[kind](entry[kind], (table, holds), f"{place}.{kind}", faults)
    return CustomRule(name, severity, check_of(kind, column, value), sentence)


def _column_kind(table: str, column: Any, place: str, faults: Faults) -> str | None:
    """Return what a column holds, None if there is none of that name."""
    columns: Mapping[str, str] = BY_TABLE[table]
    is_attribute = isinstance(column, str) and column.startswith(ATTRIBUTE)
    if is_attribute and table in ENTITIES and column != ATTRIBUTE:
        return AN_ATTRIBUTE
    faults.expect(
        column in columns,
        f"{place} is {column!r}, which {table} do not have. There are: {', '.join(columns)}"
        f"{', attributes.<name>' if table in ENTITIES else ''}.",
    )
    return columns.get(column) if isinstance(column, str) else None


def _wanted(value: Any, about: tuple[str, str], place: str, faults: Faults) -> None:
    faults.expect(value is True, f"{place} is {value!r}; expected true.")


def _bounds(
    value: Any, about: tuple[str, str], place: str, faults: Faults
) -> tuple[Any, Any] | None:
    holds = about[1]
    fits = _is_day if holds == DAY else _is_number
    what = "days such as 2017-01-01" if holds == DAY else "numbers"
    good = (
        isinstance(value, list)
        and len(value) == 2
        and all(bound is None or fits(bound) for bound in value)
        and value != [None, None]
        and (None in value or value[0] <= value[1])
    )
    faults.expect(
        good, f"{place} is {value!r}; expected [least, most], {what}, one of them may be null."
    )
    return (value[0], value[1]) if good else None


def _values(
    value: Any, about: tuple[str, str], place: str, faults: Faults
) -> tuple[str, ...] | None:
    good = isinstance(value, list) and value and all(isinstance(each, str) for each in value)
    faults.expect(
        bool(good),
        f"{place} is {value!r}; expected a list of texts, in quotes where YAML would "
        "read a number or a truth.",
    )
    return tuple(value) if good else None


def _pattern(value: Any, about: tuple[str, str], place: str, faults: Faults) -> str | None:
    if not faults.expect(isinstance(value, str), f"{place} is {value!r}; expected a text."):
        return None
    try:
        re.compile(value)
    except re.error as error:
        faults.append(f"{place} is {value!r}, which is no regular expression: {error}.")
    foreign = FOREIGN.search(value)
    faults.expect(
        foreign is None,
        f"{place} is {value!r}: PostgreSQL has no {foreign and foreign.group()!r} as meant here; "
        "write it without.",
    )
    return str(value)


def _other(value: Any, about: tuple[str, str], place: str, faults: Faults) -> str:
    table, holds = about
    same = [column for column, kind in BY_TABLE[table].items() if kind == holds]
    faults.expect(
        value in same,
        f"{place} is {value!r}; expected another column of {table} that holds "
        f"{holds}: {', '.join(same)}.",
    )
    return str(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_day(value: Any) -> bool:
    return type(value) is date


READ = {
    "present": _wanted,
    "once": _wanted,
    "between": _bounds,
    "one_of": _values,
    "matches": _pattern,
    "not_above": _other,
}
