"""Faults of a configuration: what pydantic reports, as sentences with place and expectation.

The content of every file is a tree of `Entry` models. A field's `description` is what is expected
of it: the sentence of a fault ends with it, and an editor shows it from the JSON Schema.
"""

import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

SENTENCE = "sentence"
TAG = "\0"  # begins the tags of unions, which pydantic puts into places
MOST_SHOWN = 200
BY_TYPE = {"bool_type": "true or false"}

Name = Annotated[str, BeforeValidator(str)]  # chosen by who writes the file
Fault = tuple[tuple[Any, ...], str]  # a place below the entry, and what follows it


class Faults(list[str]):
    """What is wrong so far, each a sentence with its place."""

    def expect(self, holds: bool, sentence: str) -> bool:
        """Note the sentence unless it holds; return whether it does."""
        if not holds:
            self.append(sentence)
        return holds


class Entry(BaseModel):
    """Keys and values of a file: faults of all its fields are reported at once, as sentences."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    shape: ClassVar[str] = "keys and values"
    unknown: ClassVar[str] = "is not understood"

    @classmethod
    def rules(cls, content: dict[str, Any], context: Any) -> Iterator[Fault]:
        """Yield what is wrong between fields, seen in the content as it is written."""
        yield from ()

    @model_validator(mode="wrap")
    @classmethod
    def _collect(cls, content: Any, validate: Any, info: ValidationInfo) -> Self:
        content = {} if content is None else content
        if not isinstance(content, dict):
            raise refused(f" is {shown(content)}; expected {cls.shape}.")
        content = {str(key): value for key, value in content.items()}
        fields = {field.alias or name: field for name, field in cls.model_fields.items()}
        found: list[Fault] = []
        if cls.model_config.get("extra") == "forbid":
            found += [
                ((key,), f" {cls.unknown}. {nearest(key, fields)}")
                for key in sorted(content.keys() - fields)
            ]
        given = {
            key: content[key]
            for key, field in fields.items()
            if key in content and not (content[key] is None and _may_be_empty(field))
        }
        try:
            entry: Self = validate(given)
        except ValidationError as error:
            found += _sentences(error, fields, content)
        found += cls.rules(content, info.context)
        if found:
            raise refused_at(found)
        return entry


def read_entry(model: type[Entry], content: Any, file: str, context: Any = None) -> Entry | Faults:
    """Return the content of a file as its model, or every fault of it, with file and place."""
    faults = Faults()
    try:
        return model.model_validate(content, context=context)
    except ValidationError as error:
        for each in error.errors(include_url=False):
            places = [str(part) for part in each["loc"] if not str(part).startswith(TAG)]
            if len(places) > 1 and f"{places[0]}.yml" == file:
                places = places[1:]  # sources.yml: till, not sources.yml: sources.till
            faults.append(f"{file}: {'.'.join(places)}".rstrip() + each["ctx"][SENTENCE])
        return faults


def refused(*sentences: str) -> ValidationError:
    """Return what a validator raises whose sentences follow the place of the value."""
    return refused_at([((), sentence) for sentence in sentences])


def refused_at(faults: list[Fault]) -> ValidationError:
    """Return what a validator raises, each sentence with its place below the value."""
    return ValidationError.from_exception_data(
        "configuration",
        [
            InitErrorDetails(
                type=PydanticCustomError(SENTENCE, "{sentence}", {SENTENCE: sentence}),
                loc=place,
                input=None,
            )
            for place, sentence in faults
        ],
    )


def nearest(name: Any, known: Collection[str]) -> str:
    """Return which names there are, and the one that was probably meant."""
    there = f"There {'is' if len(known) == 1 else 'are'}: {', '.join(known)}."
    return there + meant(name, known)


def meant(name: Any, known: Collection[str]) -> str:
    """Return the question whether another name was meant, if one is near."""
    near = get_close_matches(str(name), known, n=1, cutoff=0.7)
    return f" Is {near[0]} meant?" if near and near[0] != name else ""


def shown(value: Any) -> str:
    """Return a value as a sentence shows it."""
    text = repr(value)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"


def resolve(path: str, home: Path) -> str:
    """Return a path of the configuration with {home} filled in; relative ones are the home's."""
    return str(home / path.replace("{home}", str(home)))


def _may_be_empty(field: FieldInfo) -> bool:
    """Return whether a key without a value stands for one that is not given."""
    return field.default is None or field.default_factory is not None or field.is_required()


def _sentences(
    error: ValidationError, fields: dict[str, FieldInfo], content: dict[str, Any]
) -> Iterator[Fault]:
    """Yield the faults below an entry; of a field that has no sentence yet, one."""
    seen = set()
    for each in error.errors(include_url=False):
        key = str(each["loc"][0])
        if each["type"] == SENTENCE:
            yield each["loc"], each["ctx"][SENTENCE]
        elif key not in seen:
            seen.add(key)
            yield (key,), _sentence(each, fields[key], content.get(key))


def _sentence(error: ErrorDetails, field: FieldInfo, value: Any) -> str:
    listed = str(error.get("ctx", {}).get("expected", ""))  # 'warning', 'critical' or 'off'
    described = field.description or _description(field.annotation)
    expected = described or listed.replace("'", "") or BY_TYPE.get(error["type"], "text")
    if error["type"] == "missing":
        return f" is missing; expected {expected}."
    if not field.repr:  # may hold a secret
        return f": expected {expected}."
    choices = re.findall("'([^']+)'", listed)
    return f" is {shown(value)}; expected {expected}.{meant(value, choices)}"


def _description(annotation: Any) -> str | None:
    """Return what is expected as a type says it that may also be left out."""
    parts = get_args(annotation)
    own = [part.description for part in parts if isinstance(part, FieldInfo)]
    return next(filter(None, [*own, *map(_description, parts)]), None)
