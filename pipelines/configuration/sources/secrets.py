"""Secrets of a source: ${NAME} in its configuration, filled in only when it is asked."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote

from pipelines.errors import SourceUnavailable

PLACEHOLDER = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def names_in(text: object) -> list[str]:
    """Return the names that a text writes as ${NAME}."""
    return PLACEHOLDER.findall(text) if isinstance(text, str) else []


@dataclass
class Secrets:
    """What one source may know, and what of it was told, so that no sentence repeats it."""

    source: str
    ask: Callable[[str], str | None]
    message: dict[str, str] = field(default_factory=dict)

    def fill(self, text: str) -> str:
        """Return a text with each ${NAME} filled in.

        Raises
        ------
        SourceUnavailable
            If nobody knows one, naming it.
        """
        return PLACEHOLDER.sub(lambda found: self._value(found[1]), text)

    def fill_url(self, text: str) -> str:
        """Return a URL with each ${NAME} filled in; only a whole URL is taken as it is.

        Raises
        ------
        SourceUnavailable
            If nobody knows one, naming it.
        """
        if PLACEHOLDER.fullmatch(text):
            return self.fill(text)
        return PLACEHOLDER.sub(lambda found: quote(self._value(found[1]), safe=""), text)

    def hide(self, text: str) -> str:
        """Return a text with every secret that was told written as ${NAME} again."""
        for name, value in sorted(self.message.items(), key=lambda message: -len(message[1])):
            text = re.sub("".join(map(_written, value)), f"${{{name}}}", text)
        return text

    def show(self, text: str) -> str:
        """Return a text with what `hide` hid; no other name, since others may have written it."""
        return PLACEHOLDER.sub(lambda found: self.message.get(found[1], found[0]), text)

    def _value(self, name: str) -> str:
        value = (self.ask(name) or "").strip()
        if not value:
            raise SourceUnavailable(
                f"{self.source}: nobody knows ${{{name}}}, which sources.yml asks for. Set it in "
                f"the environment, or make an Airflow connection called {name.lower()}."
            )
        self.message[name] = value
        return value


def _written(character: str) -> str:
    """Return a pattern for a character as it may stand in a sentence, a URL or JSON."""
    plain = f"\\\\?{re.escape(character)}"
    in_url = "".join(f"%{byte:02X}" for byte in character.encode())
    either = [plain, in_url, in_url.lower(), *([r"\+"] if character == " " else [])]
    return f"(?:{'|'.join(either)})"
