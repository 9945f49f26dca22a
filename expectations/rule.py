"""A rule of a contract: its check, its severity, its sentence."""

from dataclasses import dataclass

from expectations.checks import Absent, Between, Check, NotAbove, NotBelow, Once, Present

CRITICAL, WARNING = "critical", "warning"
# Three keys stand side by side in an index, whose entries have 2,704 bytes at most.
LONGEST_KEY = 500
AN_UPDATE = "a day or an instant; kept, the last received stands"


@dataclass(frozen=True)
class Rule:
    """A promise in one of two strengths.

    `name` is stable: results are followed by it over years. `sentence` says what is wrong and what
    to do, `{value}` standing for what was seen in the column of the check.
    """

    name: str
    severity: str
    check: Check
    sentence: str

    @property
    def shows(self) -> str:
        """The column whose value the sentence shows."""
        return self.check.column

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns of the table judged that the rule reads."""
        if isinstance(self.check, NotAbove | NotBelow):
            return (self.check.column, self.check.limit)
        return (self.check.column,)

    @property
    def summary(self) -> str:
        """The sentence without any value: what everybody may read."""
        return " ".join(self.sentence.replace("'{value}'", "").replace("{value}", "").split())


@dataclass(frozen=True)
class Shop:
    """What of a deployment decides which rules hold."""

    currency: str | None = None
    has_products: bool = False
    volume: str = WARNING
    corrections: str = WARNING
    days_moved: int = 31
    keeps_first: bool = False


def present(column: str, sentence: str, severity: str = CRITICAL, name: str | None = None) -> Rule:
    """Return the rule that a column is given."""
    named = name or f"{column.removeprefix('received_')}_present"
    return Rule(named, severity, Present(column), sentence)


def absent(column: str, name: str, severity: str, sentence: str) -> Rule:
    """Return the rule that a column, which holds what is wrong, is empty."""
    return Rule(name, severity, Absent(column), sentence)


def readable(column: str, severity: str, expected: str) -> Rule:
    """Return the rule that what is given can be read; unreadable_<column> holds what cannot."""
    return absent(
        f"unreadable_{column}",
        f"{column}_readable",
        severity,
        f"{column} '{{value}}' cannot be read: expected {expected}.",
    )


def names_something(columns: str) -> Rule:
    """Return the rule that no key is a placeholder; `no_key` holds the word of one that is."""
    return absent(
        "no_key",
        "key_names_something",
        CRITICAL,
        f"'{{value}}' as {columns} is a word that stands where nothing is named, a header repeated "
        "or a line of sums (identity.placeholders of settings.yml): have the source leave such "
        "rows out, or say what it means.",
    )


def names_somebody(column: str) -> Rule:
    """Return the rule that a reference is no placeholder; nobody_<column> holds one that is."""
    return absent(
        f"nobody_{column}",
        f"{column}_names_somebody",
        WARNING,
        f"{column} '{{value}}' is a word that stands where nobody is named "
        "(identity.placeholders of settings.yml): kept, it links nobody.",
    )


def short_keys(columns: str) -> Rule:
    """Return the rule that no key is longer than an index takes; `longest_key` holds its bytes."""
    return Rule(
        "keys_short_enough",
        CRITICAL,
        Between("longest_key", None, LONGEST_KEY),
        f"a key ({columns}) has {{value}} bytes, where {LONGEST_KEY} are the most: have the source "
        "say what it is, and send the row again.",
    )


def once(column: str, severity: str, sentence: str) -> Rule:
    """Return the rule that no value of a column comes twice."""
    return Rule(f"{column}_once", severity, Once(column), sentence)
