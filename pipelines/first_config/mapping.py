"""Choose which of their columns is which of ours, by its name and by what is in it."""

from collections.abc import Iterator
from typing import NamedTuple

from pipelines.configuration.entities import ENTITIES
from pipelines.first_config.column import Column
from pipelines.first_config.words import EXACT, INSIDE, is_foreign

SURE = EXACT - 20  # of a name; below it, or by content alone, the choice is to be looked at
BY_CONTENT = 10
TRUTHS = ("consent_marketing", "consent_profiling")
LINE_KEYS = ("order_id", "line_no")


class Choice(NamedTuple):
    """Which of their columns is one of ours, and how sure that is."""

    ours: str
    theirs: Column
    score: int

    @property
    def is_sure(self) -> bool:
        """Whether its name says so."""
        return self.score >= SURE


class Chosen(NamedTuple):
    """The choices by our names, and those that were dropped because they are no keys."""

    kept: dict[str, Choice]
    dropped: dict[str, Choice]


def choose(entity: str, columns: list[Column]) -> Chosen:
    """Return the best choice for each of our columns, each of theirs for one at most."""
    found = sorted(
        (choice for column in columns for choice in _possible(entity, column)),
        key=lambda choice: -choice.score,
    )
    chosen: dict[str, Choice] = {}
    used: set[str] = set()
    for choice in found:
        if choice.ours not in chosen and choice.theirs.name not in used:
            chosen[choice.ours] = choice
            used.add(choice.theirs.name)
    false = _false_keys(entity, chosen)
    order = [ours for ours in ENTITIES[entity].columns if ours in chosen]
    return Chosen(
        {ours: chosen[ours] for ours in order if ours not in false},
        {ours: chosen[ours] for ours in order if ours in false},
    )


def nearest_by_name(entity: str, ours: str, columns: list[Column]) -> Column | None:
    """Return the column whose name comes nearest to one of ours, whatever is in it."""
    scores = {each.name: each.likeness(entity).get(ours, 0) for each in columns}
    best = max(columns, key=lambda each: scores[each.name], default=None)
    return best if best and scores[best.name] > 0 else None


def _possible(entity: str, column: Column) -> Iterator[Choice]:
    """Yield what a column may be: what its name comes near to, if its values agree."""
    if not column.given:
        return
    scores = column.likeness(entity)
    if column.is_emails:
        scores["email"] = max(scores.get("email", 0), BY_CONTENT + INSIDE)
    instant = {"order_lines": "ordered_at", "events": "occurred_at"}.get(entity)
    if instant and column.instants and not column.numbers and not is_foreign(column.tokens):
        scores.setdefault(instant, BY_CONTENT)
    for ours, score in scores.items():
        if ours in ENTITIES[entity].columns and _agrees(entity, ours, column):
            yield Choice(ours, column, score)


def _agrees(entity: str, ours: str, column: Column) -> bool:
    """Return whether the values of a column may be what one of ours needs."""
    known = ENTITIES[entity]
    if ours in known.instants:
        is_short = any("%y" in each.form for each in column.instants)  # 70 would be 2070
        return bool(column.instants) and not (ours == "birth_date" and is_short)
    if ours in known.numbers:
        return bool(column.numbers) and not column.is_emails
    if ours in TRUTHS:
        return column.flags is not None
    if ours in ("email", "phone"):
        return column.is_emails if ours == "email" else not column.is_emails
    is_dated = bool(column.instants) and not column.numbers
    return not column.is_emails and not is_dated


def _false_keys(entity: str, chosen: dict[str, Choice]) -> set[str]:
    """Return what is no key: rows of equal keys would be taken for versions of one row."""
    false = set()
    if entity == "order_lines" and "line_no" in chosen:
        keys = [chosen[ours].theirs.of_one_file for ours in LINE_KEYS if ours in chosen]
        if len(keys) < len(LINE_KEYS) or not _is_unique(list(zip(*keys, strict=True))):
            false.add("line_no")
    if entity == "events" and "event_id" in chosen:
        ids = [each for each in chosen["event_id"].theirs.of_one_file if each]
        false |= set() if _is_unique(ids) else {"event_id"}
    if any(key not in chosen or key in false for key in ENTITIES[entity].keys):
        false |= {"updated_at"} & chosen.keys()
    return false


def _is_unique(values: list) -> bool:
    return len(set(values)) == len(values)
