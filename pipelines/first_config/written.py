"""Write a configuration as YAML that people read: entries with comments on what was not sure."""

from collections.abc import Iterator
from typing import Any

import yaml

from pipelines.first_config.recipes import Mapping, Recipe
from pipelines.first_config.shown import ShownSource

MOST_KEPT = 12  # columns that are named in a comment
HEAD = "# yaml-language-server: $schema=.schema/{}.json\n"
SOURCES = """\
# Where the data comes from. Written by `nocturne init` from the files it was shown.
#
# `columns` says for each of our columns how the source calls it; what is not named is kept beside
# it, in `attributes`. What init was not sure of stands in comments: read them, then try it all with
# `nocturne check-sources`. Every key: docs/sources.md, docs/settings.md.

sources:
"""
SETTINGS = """\
# Business choices of this shop. What a key means, and which others there are: docs/settings.md.
business_time_zone: {zone}  # where days are cut; is it the shop's?
freshness_days: 3  # a night without an order line this young is refused
{currency}
# opened_on: 2015-01-01  # rows dated before the shop was there are not believed
# holidays: {{country: DE}}  # days whose volume may be anything
# identity: {{phone_country: DE}}  # how phone numbers without a +49 are read
# schedule: {{start: {start}}}  # the first night that Airflow builds by itself
"""
SEGMENTS = """\
# Rule segments: those that Nocturne ships with, to begin from. A person can be in several; the
# first in this order that holds is the primary one. A condition is SQL over the columns of
# marts.customer_features and marts.customer_scores; null is not true. Segments that read what this
# shop does not have (events, a churn model) are left out of the night, and its summary says so.
"""


def sources_text(entries: list[str]) -> str:
    """Return sources.yml with these entries."""
    return HEAD.format("sources") + SOURCES + "\n" + "\n".join(entries)


def settings_text(zone: str, codes: list[str], start: str) -> str:
    """Return settings.yml; `codes` are the currencies that were seen."""
    seen = {1: f"currency: {codes[0] if codes else ''}", 0: "# currency: EUR"}.get(
        len(codes), f"# currency: {' or '.join(codes)}"
    )
    currency = f"{seen}  # one counts; lines in another go to quarantine"
    return HEAD.format("settings") + SETTINGS.format(zone=zone, currency=currency, start=start)


def segments_text(shipped: str) -> str:
    """Return segments.yml as it is shipped, without what was seen of the demo's people."""
    _, _, body = shipped.partition("\nsegments:\n")
    lines = (line.partition("  # seen")[0] for line in body.splitlines())
    return HEAD.format("segments") + SEGMENTS + "\nsegments:\n" + "\n".join(lines) + "\n"


def entry_text(shown: ShownSource, mapping: Mapping, zone: str) -> str:
    """Return the entry of a source."""
    keys: dict[str, Recipe] = {
        "entity": Recipe(shown.entity),
        "kind": Recipe(shown.form.kind),
        "path": _path(shown),
    }
    if shown.form.encoding != "utf-8":
        keys["encoding"] = Recipe(shown.form.encoding, [shown.form.remark])
    if shown.form.kind == "csv" and shown.form.delimiter != ",":
        keys["delimiter"] = Recipe(shown.form.delimiter)
    if mapping.needs_zone:
        keys["time_zone"] = Recipe(zone, ["of times written without an offset"])
    if shown.sample.explode:
        keys["explode"] = Recipe(shown.sample.explode, ["each of its elements is a row"])
    lines = [f"  {shown.name}:{_comment([_seen(shown)])}"]
    lines += [f"    {line}" for line in _lines(keys)]
    lines += [f"    # {line}" for line in _advice(shown, mapping)]
    lines += ["    columns:", *(f"      {line}" for line in _lines(mapping.recipes))]
    if kept := _kept(shown, mapping):
        lines.append(f"      # kept in attributes: {kept}")
    return "\n".join(lines) + "\n"


def schema_text(shown: ShownSource, schema: str) -> str:
    """Return the entry of files that are in one of the schemas ready to use."""
    lines = [f"  {shown.name}:  # in the form of the schema {schema} (docs/sources.md)"]
    lines += [f"    {line}" for line in _lines({"schema": Recipe(schema), "path": _path(shown)})]
    return "\n".join(lines) + "\n"


def _path(shown: ShownSource) -> Recipe:
    is_widened = len(shown.files) == 1 and "*" in shown.pattern
    remarks = [f"was shown {shown.files[0].name}; takes all so named"] if is_widened else []
    return Recipe(shown.pattern, remarks)


def _seen(shown: ShownSource) -> str:
    sample = shown.sample
    more = "" if sample.is_whole else "the first and last "
    torn = f", {sample.unreadable_count:,} torn" if sample.unreadable_count else ""
    more = more if sample.has_end else "the first "
    return f"{more}{sample.row_count:,} rows were looked at{torn}"


def _advice(shown: ShownSource, mapping: Mapping) -> Iterator[str]:
    if shown.entity == "order_lines" and "line_no" not in mapping.recipes:
        yield ("orders_arrive_whole: true  # if an order that is sent again replaces all its lines")
    if shown.entity in ("customers", "products"):
        yield "snapshot: true  # if each file is the whole list, and who is missing is gone"


def _lines(recipes: dict[str, Recipe]) -> Iterator[str]:
    for key, recipe in recipes.items():
        yield f"{key}: {_scalar(recipe.written)}{_comment(recipe.remarks)}"


def _scalar(value: Any) -> str:
    """Return a value as YAML writes it on one line."""
    text = yaml.dump(
        value, Dumper=_Dumper, default_flow_style=True, allow_unicode=True, width=100_000,
        sort_keys=False,
    )  # fmt: skip
    return text.strip().removesuffix("...").strip()


class _Dumper(yaml.SafeDumper):
    """YAML in which a single mark stands in quotes, or nobody would see it."""

    def represent_text(self, text: str) -> yaml.ScalarNode:
        """Return a text, in quotes if it is one character that is no letter or digit."""
        is_mark = len(text) == 1 and not text.isalnum()
        return self.represent_scalar("tag:yaml.org,2002:str", text, style='"' if is_mark else None)


_Dumper.add_representer(str, _Dumper.represent_text)


def _comment(remarks: list[str]) -> str:
    text = " ".join("; ".join(filter(None, remarks)).split())
    return f"  # {text}" if text else ""


def _kept(shown: ShownSource, mapping: Mapping) -> str:
    written = [_scalar(each.written) for each in mapping.recipes.values()]
    names = [
        name
        for name in shown.sample.columns
        if not any(name in each or _scalar(name) in each for each in written)
    ]
    more = f" and {len(names) - MOST_KEPT} more" if len(names) > MOST_KEPT else ""
    return " ".join((", ".join(names[:MOST_KEPT]) + more).split())
