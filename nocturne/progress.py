"""A progress bar on long work, on a terminal only."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Tell = Callable[[str, object], None]


@contextmanager
def steps(what: str, receives: bool) -> Iterator[Tell]:
    """Show how far the steps of a night have come; yields what the runner calls after each."""
    from pipelines.steps import BUILD, FINISH, RECEIVE

    names = [step.name for step in (*(RECEIVE if receives else ()), *BUILD, *FINISH)]
    with walk(what, names) as tell:
        yield tell


@contextmanager
def walk(what: str, names: list[str]) -> Iterator[Tell]:
    """Show how far one has come through named steps; yields what is called after each."""
    if not sys.stdout.isatty():
        yield lambda step, result: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, transient=True) as bar:
        task = bar.add_task(f"{what}: {names[0]}", total=len(names))

        def tell(step: str, result: object) -> None:
            after = names[names.index(step) + 1 :] if step in names else []
            bar.update(task, advance=1, description=f"{what}: {after[0] if after else step}")

        yield tell
