"""The figures as tables of eighty columns."""

from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from bench.timed_steps import seconds_of, touched_seconds
from pipelines.backfills import verify

console = Console(width=80, highlight=False)
LOADED = (
    "was put straight into staging, but for a day of each stretch (landing and checking it all "
    "would take half an hour)"
)
PEERS = {
    "duckdb": "DuckDB from Parquet",
    "pandas": "pandas from Parquet",
    "plain_postgres": "plain SQL statement",
}

Figures = dict[str, Any]


def show(figures: Figures) -> None:
    """Print every table."""
    way = "landed, was checked and staged" if figures["landed_whole"] else LOADED
    console.print(
        f"A shop of {figures['people']:,} people; its history {way}. MiB: the most memory of "
        "this process, and of one backend of the server with what it has touched of 512 MB of "
        "shared buffers."
    )
    _show_step(figures["step"])
    _show_peers(figures)
    _show_night(figures["night"])
    _show_roads(figures)


def new_table(title: str, *columns: str) -> Table:
    """Return an empty table whose first column names what the others tell of."""
    table = Table(
        title=title, title_justify="left", title_style="bold", box=box.SIMPLE, pad_edge=False
    )
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left", no_wrap=True)
    return table


def _show_step(found: list[Figures]) -> None:
    table = new_table(
        "The feature step of a night and the same rebuilt in full, in seconds",
        "lines", "touched", "nightly", "in full", "times", "bare", "in full", "times",
    )  # fmt: skip
    for each in found:
        nightly, full = each["nightly"], each["full"]
        step = seconds_of(nightly, "features"), seconds_of(full, "features")
        bare = touched_seconds(nightly), touched_seconds(full)
        people, touched = nightly["row_counts"]["customer_features"], nightly["figures"]["touched"]
        row = [f"{each['lines']:,}", f"{touched / people:.0%} of {people:,}"]
        for times in (step, bare):
            row += [f"{times[0]:.2f}", f"{times[1]:.2f}", f"{times[1] / times[0]:.1f}"]
        table.add_row(*row)
    console.print(table)
    slope, full_slope = (
        seconds_of(found[-1][way], "features") / seconds_of(found[0][way], "features")
        for way in ("nightly", "full")
    )
    same = "Both ways gave the same rows" if all(each["same"] for each in found) else "ROWS DIFFER"
    console.print(
        "Bare: without ranks, the copy and the content hash. Aims with 1 M people: 3 times, bare "
        f"6 times. Over four times the lines the nightly step takes {slope:.2f} times as long "
        f"(aim: 1.5), rebuilt in full {full_slope:.2f} times. {same}.\n"
    )


def _show_peers(figures: Figures) -> None:
    last = figures["step"][-1]
    nightly = seconds_of(last["nightly"], "features")
    table = new_table(
        f"The features of one day over {last['lines']:,} lines, by whom",
        "", "seconds", "ratio", "own MiB", "server MiB", "same",
    )  # fmt: skip
    for name, way in (("Nocturne, nightly", "nightly"), ("Nocturne, in full", "full")):
        step = last[way]["steps"]["features"]
        ratio = f"{step['seconds'] / nightly:.1f}"
        row = (f"{step['seconds']:.2f}", ratio, str(step["own"]), str(step["backend"]))
        table.add_row(name, *row, "")
    for name, peer in figures["peers"].items():
        if "failed" in peer:
            table.add_row(PEERS[name], "failed", "", "", "", "")
            continue
        same = "yes" if peer["sums"] == last["nightly"]["sums"] else "NO"
        row = (f"{peer['seconds']:.2f}", f"{peer['seconds'] / nightly:.1f}", str(peer["own"]))
        table.add_row(PEERS[name], *row, str(peer.get("backend", "")), same)
    console.print(table)


def _show_night(night: Figures) -> None:
    total = seconds_of(night)
    table = new_table(
        "One whole night (aim with 1 M people: 90 s, each process under 2,048 MiB)",
        "step", "seconds", "share", "own MiB", "server MiB",
    )  # fmt: skip
    for step, told in night["steps"].items():
        row = (f"{told['seconds']:.2f}", f"{told['seconds'] / total:.0%}")
        table.add_row(step, *row, str(told["own"]), str(told["backend"]))
    most = max(told["backend"] for told in night["steps"].values())
    table.add_row("all", f"{total:.2f}", "", str(night["mebibytes"]), str(most))
    console.print(table)


def _show_roads(figures: Figures) -> None:
    full = seconds_of(figures["full"])
    rows = seconds_of(figures["full"], *(step.name for step in verify.STEPS))
    table = new_table(
        "Other roads to a night's rows, against one full rebuild",
        "", "seconds", "ratio", "aim", "own MiB", "server MiB",
    )  # fmt: skip
    table.add_row("one night in full", f"{full:.2f}", "1.00", "", "", "")
    aims = {"backfill": 12 / 30 * figures["backfill"]["nights"], "verify": 1.2}
    for name, aim in aims.items():
        told = figures[name]
        what = f"backfill of {told['nights']} nights" if name == "backfill" else "verify one night"
        ratio = f"{told['seconds'] / full:.2f}"
        memory = (str(told["own"]), str(told["backend"]))
        table.add_row(what, f"{told['seconds']:.2f}", ratio, f"{aim:.1f}", *memory)
    console.print(table)
    holds = "holds" if figures["verify"]["holds"] else "DOES NOT HOLD"
    console.print(
        f"The proof {holds}. Of the full rebuild {rows:.2f} s make rows, which is all that verify "
        "does; contracts, drift and publishing take the rest."
    )
