"""The spool of an API's records below the home, from which an interrupted run resumes."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pyarrow as pa

from pipelines.sources.interface import LINE

# Shorter than from night to night, so that no night lands what was asked the night before.
KEPT = timedelta(hours=12)
CHUNK = 4 << 20
BREAK = re.compile(r"[\r\n]")  # in JSON they stand between values only


@dataclass
class State:
    """How far a source has been read: `at` is the request to make next, None once all is there."""

    fingerprint: str
    begun_at: str
    at: dict[str, Any] | None
    pages: int = 0
    records: int = 0
    byte_count: int = 0
    watermark: str | None = None


class Spool:
    """The records of one source, a line each, and how far they reach."""

    def __init__(self, home: Path, source: str):
        self.folder = home / "sources" / f"http-{quote(source, safe='')}"
        self.lines = self.folder / "records.jsonl"
        self._state = self.folder / "state.json"

    def begin(self, fingerprint: str, now: datetime, at: dict[str, Any]) -> State:
        """Return how far an earlier run came; from the beginning if that was another question."""
        found = self._read()
        if (
            found
            and found.fingerprint == fingerprint
            and abs(now - datetime.fromisoformat(found.begun_at)) < KEPT
        ):
            os.truncate(self.lines, found.byte_count)  # of a page that did not come whole
            return found
        return self.anew(fingerprint, now, at)

    def anew(self, fingerprint: str, now: datetime, at: dict[str, Any]) -> State:
        """Return the state of a run that begins, nothing kept."""
        self.remove()
        self.folder.mkdir(parents=True, mode=0o700)
        os.close(os.open(self.lines, os.O_CREAT | os.O_WRONLY, 0o600))
        return State(fingerprint, now.isoformat(), at)

    def add(self, state: State, records: list[str]) -> None:
        """Keep the records of one page, then how far they reach: in this order, both on disk."""
        content = "".join(BREAK.sub(" ", record) + "\n" for record in records).encode()
        _write(self.lines, content, os.O_APPEND)
        state.records += len(records)
        state.byte_count += len(content)
        passing = self._state.with_suffix(".making")
        _write(passing, json.dumps(asdict(state)).encode(), os.O_TRUNC)
        passing.replace(self._state)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the records as lines."""
        done = 0
        with self.lines.open("rb") as file:
            while lines := file.readlines(CHUNK):
                numbers = np.arange(done + 1, done + 1 + len(lines))
                done += len(lines)
                texts = pa.array([line.rstrip(b"\n") for line in lines], pa.binary())
                yield pa.record_batch(
                    [pa.array(numbers), texts.cast(pa.string())], names=["row_no", LINE]
                )

    def remove(self) -> None:
        """Forget what is kept."""
        if self.folder.exists():
            shutil.rmtree(self.folder)

    def _read(self) -> State | None:
        try:
            return State(**json.loads(self._state.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None


def _write(path: Path, content: bytes, how: int) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
