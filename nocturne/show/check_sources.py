"""Print the report of `nocturne check-sources`."""

from datetime import UTC, datetime
from decimal import Decimal
from textwrap import fill
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from nocturne.documents import reports
from pipelines.check_sources import report
from pipelines.check_sources.dry_run import DryRun
from pipelines.check_sources.report import SourceReport
from pipelines.configuration.model import Source
from pipelines.deployment import Deployment
from pipelines.mapping import describe

WIDTH = 80
LONGEST_NAME = 17  # consent_profiling, the longest of ours
CELL = 19  # an instant; three of them and a name fill the width
MOST_KEPT = 30  # names of columns in attributes; a JSON of a thousand names fills the screen


def show(deployment: Deployment, names: tuple[str, ...], *, as_json: bool = False) -> int:
    """Print what is seen of each source; return 1 if anything is to be mended, else 0."""
    if as_json:
        document = reports.of_sources(report.look(deployment, names))
        reports.write(document)
        return int(bool(document["fault_count"]))
    console = Console(highlight=False, width=WIDTH)
    faulty, faults = [], 0
    for seen in report.look(deployment, names):
        _source(console, deployment, seen)
        faults += len(seen.faults)
        faulty += [seen.source.name] if seen.faults else []
    if faults:
        many = "s" if faults > 1 else ""
        _say(console, f"{faults} fault{many} to mend, in {', '.join(faulty)}.", style="bold red")
    else:
        _say(console, "No faults. Nothing was written; `nocturne land` receives what is new.")
    return int(bool(faults))


def _source(console: Console, deployment: Deployment, seen: SourceReport) -> None:
    source = seen.source
    console.rule(
        f"[bold]{escape(source.name)}[/] [dim]{source.entity}, {source.kind}[/]", align="left"
    )
    _say(console, _where(deployment, source) + ("" if seen.is_reached else " – not reached"))
    if seen.newest:
        size = f" ({seen.byte_count:,} bytes)" if seen.byte_count else ""
        _say(console, f"newest: {seen.newest}{size}: {seen.fate}")
    elif seen.fate:
        _say(console, seen.fate)
    if seen.read:
        _mapped(console, seen.read)
        _rows(console, seen.read)
    for sentence in seen.remarks:
        _say(console, f"- {sentence}")
    for sentence in seen.faults:
        _say(console, f"FAULT {sentence}", style="red")
    console.print()


def _where(deployment: Deployment, source: Source) -> str:
    """Return where a source is; secrets stay the names they are in sources.yml."""
    files = source.options.get("files")
    if files:
        tables = (f"{table} ({_short(deployment, f['path'])})" for table, f in files.items())
        return f"a query over {' and '.join(tables)}"
    place = _short(deployment, str(source.options.get("path") or source.options.get("url")))
    what = source.options.get("table") or ("a query" if "query" in source.options else None)
    if "path" not in source.options:
        place = place.split("?")[0]  # what follows may hold a key
    return f"{what} of {place}" if what else place


def _short(deployment: Deployment, place: str) -> str:
    home = f"{deployment.home}/"
    return f"{{home}}/{place.removeprefix(home)}" if place.startswith(home) else place


def _mapped(console: Console, read: DryRun) -> None:
    source = read.source
    mapped = len(read.columns) - len(read.unmapped)
    _say(console, f"{len(read.columns)} columns found, {mapped} of them mapped:")
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True, width=LONGEST_NAME)
    table.add_column(overflow="fold")
    for ours, recipe in source.columns.items():
        table.add_row(ours, f"← {escape(describe.of_recipe(recipe))}")
    if source.where:
        taken = " and ".join(map(describe.of_condition, source.where))
        table.add_row("[dim]only where[/]", f"  {escape(taken)}")
    if source.fill_down:
        filled = f"{', '.join(source.fill_down.columns)} by {source.fill_down.by}"
        table.add_row("[dim]filled down[/]", f"  {escape(filled)}")
    deleted = [*map(describe.of_condition, source.gone_when)]
    deleted += [f"{source.tombstone} says true"] if source.tombstone else []
    if deleted:
        table.add_row("[dim]deleted where[/]", f"  {escape(' or '.join(deleted))}")
    console.print(table)
    if read.kept:
        how = "kept in attributes" if source.keeps_others else "not kept"
        more = f" and {len(read.kept) - MOST_KEPT} more" if len(read.kept) > MOST_KEPT else ""
        _say(console, f"{how}: {', '.join(read.kept[:MOST_KEPT])}{more}")


def _rows(console: Console, read: DryRun) -> None:
    """The first rows side by side, as they would be read; ✗ marks what cannot be."""
    said = [f"{read.count:,} rows looked at (instants in UTC)"]
    said += [f"{read.left_out:,} left out by where"] if read.left_out else []
    said += [f"{read.deleted:,} deleted"] if read.deleted else []
    _say(console, ", ".join(said) + (", the first to land:" if read.shown else "."))
    if not read.shown:
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("", no_wrap=True, width=LONGEST_NAME)
    for number, _ in read.shown:
        table.add_column(f"row {number:,}", no_wrap=True, overflow="ellipsis", max_width=CELL)
    for ours in read.source.columns:
        table.add_row(ours, *(_cell(*values[ours]) for _, values in read.shown))
    console.print(table)


def _cell(text: str | None, value: Any) -> str:
    """Return a value as it is read; its text, marked, where it is not."""
    if text is None:
        return "[dim]–[/]"
    if value is None:
        return f"[red]✗ {escape(text)}[/]"
    if isinstance(value, datetime):
        value = f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, Decimal):
        value = f"{value.normalize():f}"
    return escape(" ".join(str(value).split()))


def _say(console: Console, sentence: str, style: str | None = None) -> None:
    """Print a sentence that goes on below itself, not below what it is about."""
    message = fill(sentence, WIDTH, subsequent_indent="  ", break_on_hyphens=False)
    console.print(message, style=style, markup=False, soft_wrap=True)
