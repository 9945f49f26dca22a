"""The keys that sources of files have of their own."""

import codecs
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from pipelines.configuration.faults import Fault, refused
from pipelines.configuration.settings import NotNegative
from pipelines.configuration.sources.entry import SourceEntry
from pipelines.configuration.sources.secrets import PLACEHOLDER

# What an object storage is asked with; the rest of its options, where it is none of ours.
STORAGE = ("endpoint", "region", "access_key", "secret_key", "anonymous", "storage_options")


def _encoding(name: str) -> str:
    """Return a text encoding that Python knows how to read in pieces."""
    try:
        is_text = isinstance("".encode(name), bytes)
    except LookupError:
        is_text = False
    if not is_text or codecs.lookup(name).incrementaldecoder is None:
        raise ValueError(name)
    return name


def _delimiter(character: str) -> str:
    if len(character) != 1 or not character.isascii() or character in '"\r\n\0':
        raise ValueError(character)
    return character


def _placeholder(text: str) -> str:
    if not PLACEHOLDER.fullmatch(text):
        raise refused(" stands there in the open; write ${NAME}, and set NAME in the environment "
                      "or as an Airflow connection.")  # fmt: skip
    return text


Secret = Annotated[str, AfterValidator(_placeholder)]
Encoding = Annotated[
    str, AfterValidator(_encoding), Field(description="a text encoding such as utf-8 or latin-1")
]
Delimiter = Annotated[
    str,
    AfterValidator(_delimiter),
    Field(description="one character, such as ';' or \"\\t\""),
]


class FileSource(SourceEntry):
    """Where the files are, how they are written and when they are finished."""

    kind: Literal["csv", "jsonl", "parquet"]
    path: str = Field(min_length=1, description="a path, a glob or a URL")
    encoding: Encoding = "utf-8"
    delimiter: Delimiter = ","
    settle_seconds: NotNegative = Field(0, description="a number of seconds")
    endpoint: str | None = None
    region: str | None = None
    access_key: Secret | None = Field(None, repr=False, description="${NAME}")
    secret_key: Secret | None = Field(None, repr=False, description="${NAME}")
    anonymous: bool | None = None
    storage_options: dict[str, Any] | None = Field(None, repr=False, description="keys and values")

    @classmethod
    def rules(cls, content: dict[str, Any], context: Any) -> Iterator[Fault]:
        """Yield what only files in an object storage have, and keys without their other half."""
        yield from super().rules(content, context)
        given = [key for key in STORAGE if content.get(key) is not None]
        _, is_remote, rest = str(content.get("path")).partition("://")
        if not is_remote:
            for key in given:
                yield (key,), " is for a path like s3://bucket/…; this one is local."
        if "@" in rest.split("/", 1)[0]:
            yield ("path",), " has something before an @; keys go into access_key and secret_key."
        if is_remote and ("access_key" in given) != ("secret_key" in given):
            yield (), ": access_key and secret_key belong together."
