"""`make bench`: the figures, then some kills.

`make bench ARGS=kills` kills 200 times, `make bench ARGS=landing` shows how fast rows land, and
`make bench ARGS=rules` how fast they are judged.
SCALE is the number of people, or `1m` (for landing, of lines, or `20m`); NIGHTS how many are
backfilled; KILLS how many nights and backfills are killed. The numbers are kept as they come, so
that a run cut off is not lost.
"""

import json
import os
import signal
import sys
import time
from typing import Any

from rich.console import Console

from pipelines.paths import home_of

SOME_KILLS = 10  # what is left of ten minutes after the figures
console = Console(highlight=False, soft_wrap=True)


def figures() -> None:
    """Measure, print the tables and keep the numbers below the home."""
    from bench import figures as room
    from bench import report

    began = time.monotonic()
    people = room.people_of(os.environ.get("SCALE", ""))

    path = home_of(os.environ) / "bench" / f"figures-{people}.json"
    path.parent.mkdir(parents=True, exist_ok=True)

    def tell(sentence: str, found: dict[str, Any]) -> None:
        console.print(f"[dim]{time.monotonic() - began:6.0f} s[/]  {sentence}.")
        path.write_text(json.dumps(found, indent=1, default=str), encoding="utf-8")

    nights = int(os.environ.get("NIGHTS", room.NIGHTS))
    report.show(room.measure(people, nights, tell))
    console.print(f"The numbers, statement by statement: {path}")


def landing() -> None:
    """Print how fast a till lands."""
    from bench import landing as room

    room.show(os.environ.get("SCALE", ""))


def rules() -> None:
    """Print how fast landed rows are judged."""
    from bench import rules as room

    room.show()


def kills() -> None:
    """Kill nights and backfills at random instants; exit code 1 if anything came of it."""
    from bench import kills as room

    usual = room.KILLS if sys.argv[1:] else SOME_KILLS
    sys.exit(room.show(int(os.environ.get("KILLS", usual))))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # servers and folders are cleared away
    wanted = {"figures": figures, "landing": landing, "rules": rules, "kills": kills}
    for name in sys.argv[1:] or ("figures", "kills"):
        wanted[name]()
