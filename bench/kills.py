"""SIGKILL at random instants of nights and backfills, and again until they are done.

Two shops get the same files. In one nobody is disturbed, in the other every night and backfill is
killed some times before it may finish. After each the two must hold the same rows, and the
disturbed one no orphan, no lock and nothing half done. The dice have a fixed seed; the instants
they choose fall where the machine is by then.
"""

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from rich.console import Console
from rich.progress import Progress

from bench import history, other_paths, temporary_home
from bench.shop import HISTORY_DAYS, SEED, Shop, day_of
from pipelines.attempts import claims
from pipelines.backfills import backfill
from pipelines.backfills.backfill import BackfillRequest
from pipelines.backfills.date_range import DateRange
from pipelines.errors import WarehouseBusy
from pipelines.nights import runner

KILLS = 200
FIRST_SECONDS = 3.0  # guessed, until one was seen
PEOPLE = 300
PATIENCE_SECONDS = 20  # a killed client's locks are free within a second or two
CHECKS = Path(__file__).parent / "left_over.sql"
console = Console(width=80, highlight=False)

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["great_expectations", "pandas", "xgboost", "bench.kills"])


@dataclass(frozen=True)
class Action:
    """A night, or a backfill of a few."""

    kind: str
    first: date
    last: date

    def take(self, folder: Path) -> None:
        """Do it; wait while the last one's locks are not free yet."""
        opened = temporary_home.reopen(folder)
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                with claims.process_claim(opened.warehouse, "bench") as claim:
                    if self.kind == "night":
                        runner.run_night(opened, claim, claims.AttemptRequest(self.last))
                    else:
                        backfill.backfill(
                            opened, claim, BackfillRequest(DateRange(self.first, self.last))
                        )
                return
            except WarehouseBusy:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)


def run(folder: Path, action: Action, kill_after: float | None = None) -> bool:
    """Take an action in a child process; return whether it was killed before it was done.

    Raises
    ------
    RuntimeError
        If it ends by itself without being done.
    """
    receiving, sending = _forks.Pipe(duplex=False)
    child = _forks.Process(target=_take, args=(sending, folder, action))
    child.start()
    sending.close()
    try:
        receiving.recv()
        if kill_after is not None and not receiving.poll(kill_after) and child.pid:
            os.kill(child.pid, signal.SIGKILL)
            child.join()
            return True
        receiving.recv()
    except EOFError:
        raise RuntimeError(f"{action} failed; its words are above.") from None
    child.join()
    return False


def _take(sending: Any, folder: Path, action: Action) -> None:
    sending.send("begun")
    action.take(folder)
    sending.send("done")


def standing(folder: Path) -> dict[str, Any]:
    """Return the content hashes of every published night, and the membership of segments."""
    query = (
        "select cast(p.as_of as text) as name, n.content_hashes as content from ops.published as p"
        " inner join ops.nights as n using (night_id) where p.replaced_at is null union all"
        " select 'ledger', to_jsonb(md5(string_agg(cast(m as text), ' ' order by cast(m as text))))"
        " from marts.segment_membership as m"
    )
    return {row["name"]: row["content"] for row in _rows(folder, query)}


def left_over(folder: Path) -> list[str]:
    """Return what should not be there any more, after a little patience with dying backends."""
    until = time.monotonic() + PATIENCE_SECONDS
    while found := [row["what"] for row in _rows(folder, CHECKS.read_text(encoding="utf-8"))]:
        if time.monotonic() > until:
            return found
        time.sleep(0.1)
    return []


def _rows(folder: Path, query: str) -> list[Any]:
    opened = temporary_home.reopen(folder)
    with opened.warehouse.begin() as connection:
        found = list(connection.execute(sa.text(query)).mappings())
    opened.warehouse.close()
    return found


def show(wanted: int) -> int:
    """Kill so many times; print what came of it; return the exit code."""
    began = time.monotonic()
    with (
        temporary_home.home_for(history.SOURCES) as calm,
        temporary_home.home_for(history.SOURCES) as killed,
        Progress(console=console) as bar,
    ):
        task = bar.add_task("killing", total=wanted)
        for folder in (calm, killed):
            _open_shop(folder)
        told = _rounds(calm, killed, wanted, lambda n: bar.update(task, completed=n))
    console.print(
        f"{told['kills']} kills in {told['night']} nights and {told['backfill']} backfills of up "
        f"to four, {time.monotonic() - began:.0f} s. Differences: {told['differences'] or 'none'}. "
        f"Left over: {told['left'] or 'nothing'}."
    )
    return 1 if told["differences"] or told["left"] else 0


def _open_shop(folder: Path) -> None:
    """Let the history land, train, and publish the first night."""
    shop, files = Shop(PEOPLE), folder / "home" / "shop"
    history.hand_over_people(shop, files)
    history.hand_over(shop, files, history.Stretch("history", 0, HISTORY_DAYS - 1))
    opened = temporary_home.reopen(folder)
    runner.receive(opened)
    opened.warehouse.close()
    temporary_home.in_child(other_paths.train_models, folder, day_of(HISTORY_DAYS - 8))
    run(folder, Action("night", day_of(HISTORY_DAYS - 1), day_of(HISTORY_DAYS - 1)))


def _rounds(calm: Path, killed: Path, wanted: int, tell: Callable[[int], None]) -> dict[str, Any]:
    """Take one action after another in both shops at once; return what was counted and found."""
    dice, shop, day = random.Random(SEED), Shop(PEOPLE), HISTORY_DAYS - 1
    told: dict[str, Any] = {"kills": 0, "night": 0, "backfill": 0, "differences": [], "left": []}
    seconds = dict.fromkeys(("night", "backfill"), FIRST_SECONDS)
    while told["kills"] < wanted:
        kind = "backfill" if day > HISTORY_DAYS and dice.random() < 0.3 else "night"
        if kind == "night":
            day += 1
            for folder in (calm, killed):
                history.hand_over_night(shop, folder / "home" / "shop", day)
        action = Action(kind, day_of(day) - timedelta(days=dice.randint(1, 3)), day_of(day))
        with ThreadPoolExecutor(1) as beside:
            undisturbed = beside.submit(_timed, calm, action)
            for _ in range(min(dice.randint(2, 5), wanted - told["kills"])):
                told["kills"] += run(killed, action, dice.uniform(0, seconds[kind]))
            run(killed, action)
            seconds[kind] = undisturbed.result()
        told[kind] += 1
        told["left"] += [f"{what} after {action}" for what in left_over(killed)]
        if standing(calm) != standing(killed):
            told["differences"].append(str(action))
        tell(told["kills"])
    return told


def _timed(folder: Path, action: Action) -> float:
    began = time.monotonic()
    run(folder, action)
    return time.monotonic() - began
