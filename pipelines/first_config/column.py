"""Judge a column of a sample by its content: numbers, days, addresses, truths."""

import re
from functools import cached_property

from pipelines.first_config.instants import InstantForm, instant_forms, is_time, more_orderly
from pipelines.first_config.numbers import NumberForm, bare_number, number_forms
from pipelines.first_config.sample import Sample
from pipelines.first_config.words import likeness, tells_time, tokens_of

EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")
PHONE = re.compile(r"[+(]?[0-9][0-9 ()/.\-]{5,}")
FLAGS = {
    "true": "true", "t": "true", "yes": "true", "y": "true", "1": "true", "ja": "true",
    "j": "true", "wahr": "true", "x": "true", "on": "true",
    "false": "false", "f": "false", "no": "false", "n": "false", "0": "false", "nein": "false",
    "falsch": "false", "off": "false", "-": "false",
}  # fmt: skip
READ_AS_FLAGS = {"true", "t", "yes", "y", "1", "false", "f", "no", "n", "0"}  # without a word more
HALF = 0.5


class Column:
    """A column of theirs: its name and what its values are."""

    def __init__(self, name: str, sample: Sample):
        self.name, self.texts = name, sample.columns[name]
        self.of_one_file = self.texts[: sample.of_one_file]
        self._explode = sample.explode

    @cached_property
    def given(self) -> list[str]:
        """The values that are there, without blanks around them."""
        return [bare for text in self.texts if text and (bare := text.strip())]

    @cached_property
    def distinct(self) -> list[str]:
        """The values that are there, each once, in the order of the file."""
        return list(dict.fromkeys(self.given))

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """The words of its name, of a path those of all its parts."""
        return self.spoken[-1]

    @cached_property
    def spoken(self) -> list[tuple[str, ...]]:
        """The ways to call it: of a path its end, or the whole of it."""
        if self.name == "id" and self._explode:  # of what has the list, which is an order
            return [("order", "id")]
        *outer, last = re.split(r"\.", self.name.lstrip("$@").lstrip("."))
        if self.name.startswith("@"):
            outer = [str(self._explode).strip("$.[*]").removesuffix("s"), *outer]
        if not self.name.startswith(("$", "@")):
            return [tokens_of(self.name)]
        whole = tokens_of(" ".join([*outer, last]))
        return [whole] if last == "id" else [tokens_of(last), whole]

    def likeness(self, entity: str) -> dict[str, int]:
        """How near its name comes to each of our columns that it comes near at all."""
        found: dict[str, int] = {}
        for tokens in self.spoken:
            for ours, score in likeness(entity, tokens).items():
                found[ours] = max(score, found.get(ours, 0))
        return found

    @cached_property
    def numbers(self) -> list[NumberForm]:
        """The ways in which it is numbers."""
        return number_forms(self.distinct)

    @cached_property
    def instants(self) -> list[InstantForm]:
        """The ways in which it is days or instants."""
        forms = instant_forms(self.distinct, may_count=tells_time(self.tokens))
        return more_orderly(forms) if len(forms) > 1 else forms

    @cached_property
    def is_time(self) -> bool:
        """Whether it is times of day."""
        return is_time(self.distinct)

    @property
    def is_whole_numbers(self) -> bool:
        """Whether all of it is whole numbers, which a count of pieces mostly is."""
        return bool(self.given) and all(re.fullmatch("[-+]?[0-9]+", each) for each in self.distinct)

    @property
    def has_negatives(self) -> bool:
        """Whether some value begins with a minus."""
        return any(bare_number(each).startswith("-") for each in self.distinct)

    @property
    def is_emails(self) -> bool:
        """Whether most of it is addresses."""
        return self._mostly(EMAIL)

    @property
    def is_phones(self) -> bool:
        """Whether most of it may be phone numbers."""
        return self._mostly(PHONE)

    @cached_property
    def flags(self) -> dict[str, str] | None:
        """Which of its values mean true and false; nothing if there are others."""
        if not self.distinct or not all(each.lower() in FLAGS for each in self.distinct):
            return None
        return {each: FLAGS[each.lower()] for each in self.distinct}

    @property
    def needs_flags(self) -> bool:
        """Whether its truths are in words that are not read as they stand."""
        return any(each.lower() not in READ_AS_FLAGS for each in self.distinct)

    def _mostly(self, pattern: re.Pattern[str]) -> bool:
        fitting = sum(pattern.fullmatch(each) is not None for each in self.distinct)
        return bool(self.distinct) and fitting > HALF * len(self.distinct)
