"""The content of contracts.yml: the rules a shop adds to those of expectations/."""

import re
from collections.abc import Iterator
from datetime import date
from importlib import import_module
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, PlainValidator, create_model, model_validator

from expectations.custom import ATTRIBUTE, KINDS, CustomRule, check_of
from expectations.rule import Shop
from pipelines.configuration.columns import BY_TABLE, DAY, FLAG, INSTANT, LIST, NUMBER, TEXT
from pipelines.configuration.entities import ENTITIES
from pipelines.configuration.faults import Entry, Fault, Name, meant, refused, refused_at, shown

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
Bound = int | float | date | None


def _bounds(value: Any) -> tuple[Any, Any]:
    """Return the least and the most, numbers or days; one of them may be null."""
    given = [each for each in value if each is not None] if isinstance(value, list) else []
    kinds = {float if type(each) is int else type(each) for each in given}
    if len(given) not in (1, 2) or len(value) != 2 or kinds not in ({float}, {date}):
        raise ValueError(value)
    if given[0] > given[-1]:
        raise ValueError(value)
    return value[0], value[1]


def _pattern(pattern: str) -> str:
    """Return a regular expression that means the same in Python and in PostgreSQL."""
    try:
        re.compile(pattern)
    except re.error as error:
        raise refused(f" is {pattern!r}, which is no regular expression: {error}.") from None
    if foreign := FOREIGN.search(pattern):
        raise refused(
            f" is {pattern!r}: PostgreSQL has no {foreign.group()!r} as meant here; write it "
            "without."
        )
    return pattern


class RuleEntry(Entry):
    """One rule: the column it is on, what it asks, and how much it matters."""

    table: ClassVar[str]
    column: str
    severity: Literal["warning", "critical"] = Field("warning", description="warning or critical")
    sentence: str | None = None
    present: Literal[True] | None = Field(None, description="true")
    between: Annotated[
        tuple[Bound, Bound], PlainValidator(_bounds, json_schema_input_type=list[Bound])
    ] | None = Field(
        None,
        description="[least, most], numbers or days such as 2017-01-01, one of them may be null",
    )  # fmt: skip
    one_of: list[str] | None = Field(
        None,
        min_length=1,
        description="a list of texts, in quotes where YAML would read a number or a truth",
    )
    matches: Annotated[str, AfterValidator(_pattern)] | None = None
    not_above: str | None = Field(None, description="the name of another column")
    once: Literal[True] | None = Field(None, description="true")

    @classmethod
    def rules(cls, content: dict[str, Any], context: Any) -> Iterator[Fault]:
        """Yield a column that there is not, and that not exactly one thing is asked."""
        if len([kind for kind in KINDS if content.get(kind) is not None]) != 1:
            yield (), f": expected one of {', '.join(KINDS)}."
        column, columns = content.get("column"), BY_TABLE[cls.table]
        if isinstance(column, str) and cls._holds(column) is None:
            there = ", ".join([*columns, *["attributes.<name>"] * (cls.table in ENTITIES)])
            yield (
                ("column",),
                (
                    f" is {column!r}, which {cls.table} do not have. There are: {there}."
                    f"{meant(column, columns)}"
                ),
            )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        """Refuse what the column cannot be asked."""
        holds, kind = self._holds(self.column), self.kind
        requested = getattr(self, kind, None)
        same = [column for column, what in BY_TABLE[self.table].items() if what == holds]
        fault = ""
        if holds is None or not kind:
            return self
        if holds not in ON[kind]:
            on = " or ".join(ON[kind])
            fault = f" is for columns of {on}; {self.column} holds {holds}."
        elif kind == "not_above" and requested not in same:
            there = ", ".join(same)
            fault = f"another column of {self.table} that holds {holds}: {there}"
        elif kind == "between" and (holds == DAY) != any(
            type(each) is date for each in requested or ()
        ):
            fault = "[least, most], " + ("days such as 2017-01-01" if holds == DAY else "numbers")
        if fault:
            said = fault if fault[0] == " " else f" is {shown(requested)}; expected {fault}."
            raise refused_at([((kind,), said)])
        return self

    @property
    def kind(self) -> str:
        """What the rule asks: the first of the kinds that is given."""
        return next((kind for kind in KINDS if getattr(self, kind) is not None), "")

    @classmethod
    def _holds(cls, column: str) -> str | None:
        """Return what a column holds, None if there is none of that name."""
        if column.startswith(ATTRIBUTE) and cls.table in ENTITIES and column != ATTRIBUTE:
            return AN_ATTRIBUTE
        return BY_TABLE[cls.table].get(column)

    def rule(self, name: str) -> CustomRule:
        """Return the rule as the pipeline reads it."""
        requested = getattr(self, self.kind)
        requested = tuple(requested) if isinstance(requested, list) else requested
        check = check_of(self.kind, self.column, requested)
        return CustomRule(name, self.severity, check, self.sentence)


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


class _Contracts(Entry):
    """contracts.yml: rules by table and name."""

    unknown = "is no table"

    @classmethod
    def rules(cls, content: dict[str, Any], context: Any) -> Iterator[Fault]:
        """Yield names of rules that are none, or that are there already."""
        tables = {table: rules for table, rules in content.items() if isinstance(rules, dict)}
        for table, rules in tables.items():
            taken = _taken(table) if table in BY_TABLE else set()
            for name in map(str, rules):
                if not re.fullmatch("[a-z][a-z0-9_]{0,49}", name):
                    yield (
                        (table, name),
                        (": expected a name of small letters, digits and _, at most 50."),
                    )
                if name in taken:
                    yield (table, name), " is a rule that is there already: choose another name."


def _rules_of(table: str) -> Any:
    """Return the field of a table's rules, each on a column of that table."""
    attribute = [{"pattern": r"^attributes\.."}] if table in ENTITIES else []
    columns: Any = {"anyOf": [{"enum": list(BY_TABLE[table])}, *attribute]}
    column = Field(description=f"a column of {table}", json_schema_extra=columns)
    model = create_model(f"rule_of_{table}", __base__=RuleEntry, column=(str, column))
    model.table = table
    rules: Any = dict[Name, model]  # type: ignore[valid-type]
    return rules, Field(default_factory=dict, description="names of rules")


ContractsFile = create_model(
    "ContractsFile", __base__=_Contracts, __doc__=_Contracts.__doc__,
    **{table: _rules_of(table) for table in BY_TABLE},
)  # fmt: skip
