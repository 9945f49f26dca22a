"""A progress bar on long work, on a terminal only."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

from pipelines.progress import Listener, NightListener

if TYPE_CHECKING:
    from pipelines.backfills.date_range import DateRange  # takes seconds, which --help need not pay


@contextmanager
def steps(what: str, receives: bool) -> Iterator[Listener]:
    """Show how far the steps of a night have come; yields what the runner calls after each."""
    from pipelines.steps import BUILD, FINISH, RECEIVE

    names = [step.name for step in (*(RECEIVE if receives else ()), *BUILD, *FINISH)]
    with walk(what, names) as listener:
        yield listener


@contextmanager
def walk(what: str, names: list[str]) -> Iterator[Listener]:
    """Show how far one has come through named steps; yields what is called after each."""
    if not sys.stdout.isatty():
        yield lambda step, result: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, transient=True) as bar:
        task = bar.add_task(f"{what}: {names[0]}", total=len(names))

        def listener(step: str, result: object) -> None:
            after = names[names.index(step) + 1 :] if step in names else []
            bar.update(task, advance=1, description=f"{what}: {after[0] if after else step}")

        yield listener


@contextmanager
def nights(what: str, span: "DateRange") -> Iterator[NightListener]:
    """Show how many nights of a range have begun; yields what is called after each step."""
    with walk(what, [str(day) for day in span.days]) as listener:
        begun: list[date] = []

        def step(day: date, room: str) -> None:
            if day not in begun:
                for done in begun[-1:]:
                    listener(str(done), room)
                begun.append(day)

        yield step
