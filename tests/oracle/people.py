"""Who is who at an as_of: plain union-find over every row dated until then.

A node is ("ref", space, customer_ref), ("email", value), ("phone", value) or
("visitor", source, visitor_ref). Values are taken as already normalised.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from hashlib import sha256
from typing import NamedTuple

import pandas as pd

from .rows import IDENTITY, day, text

Node = tuple[str, ...]
MOST_REFS_OF_ONE_VALUE = 5


class Naming(NamedTuple):
    """What one distinct row names, the lowest batch that did, and whether it is dated in time."""

    entity: str
    in_time: bool
    batch: int
    ref: Node | None
    email: Node | None
    phone: Node | None
    visitor: Node | None


def people(
    as_of: date,
    customers: pd.DataFrame | None,
    order_lines: pd.DataFrame | None,
    events: pd.DataFrame | None = None,
    first_named: Mapping[Node, int] | None = None,
    most_refs: int = MOST_REFS_OF_ONE_VALUE,
) -> dict[Node, int]:
    """The person_id of each node that belongs to somebody at as_of.

    Nodes that link nobody (values shared by too many, visitors of two refs, e-mails seen only in
    events without a ref, visitors of two e-mails and no ref) are not in the answer. Batches come
    from the rows' `batch_from`, of any date; `first_named` adds the batches of versions that are no
    longer current. A value on more than `most_refs` refs links nobody.
    """
    namings = [
        *read_namings("customers", customers, "created_on", as_of),
        *read_namings("order_lines", order_lines, "ordered_on", as_of),
        *read_namings("events", events, "occurred_on", as_of),
    ]
    in_time = [naming for naming in namings if naming.in_time]
    ignored = shared_values(in_time, most_refs) | torn_visitors(in_time)
    batches = first_batches(namings, first_named or {})
    found = {}
    for component in connect(linked_nodes(naming, ignored) for naming in in_time):
        person_id = identify(component, batches)
        found.update(dict.fromkeys(component, person_id))
    for visitor, emails in emails_of_visitors(in_time).items():
        if visitor not in ignored and len(emails) == 1 and emails <= found.keys():
            found[visitor] = found[min(emails)]
    return found


def read_namings(entity: str, rows: pd.DataFrame | None, on: str, as_of: date) -> Iterable[Naming]:
    """The distinct namings of one entity's rows; a customers row without a day always counts."""
    if rows is None or rows.empty:
        return
    days = pd.to_datetime(rows[on])
    table = pd.DataFrame({name: text(rows, name) for name in IDENTITY})
    table["in_time"] = days.isna() | (days <= day(as_of))
    table["batch"] = rows["batch_from"].astype("int64")
    table = table.groupby([*IDENTITY, "in_time"], sort=False)["batch"].min().reset_index()
    for row in table.itertuples(index=False):
        yield Naming(
            entity=entity,
            in_time=bool(row.in_time),
            batch=int(row.batch),
            ref=("ref", row.customer_space, row.customer_ref) if row.customer_ref else None,
            email=("email", row.email) if row.email else None,
            phone=("phone", row.phone) if row.phone else None,
            visitor=("visitor", row.source, row.visitor_ref) if row.visitor_ref else None,
        )


def shared_values(namings: list[Naming], most_refs: int) -> set[Node]:
    """The e-mails and phones that stand beside more than `most_refs` distinct refs."""
    refs = defaultdict(set)
    for naming in namings:
        for value in (naming.email, naming.phone):
            if value and naming.ref:
                refs[value].add(naming.ref)
    return {value for value, its_refs in refs.items() if len(its_refs) > most_refs}


def torn_visitors(namings: list[Naming]) -> set[Node]:
    """The visitors seen with two refs or more."""
    refs = defaultdict(set)
    for naming in namings:
        if naming.visitor and naming.ref:
            refs[naming.visitor].add(naming.ref)
    return {visitor for visitor, its_refs in refs.items() if len(its_refs) > 1}


def emails_of_visitors(namings: list[Naming]) -> dict[Node, set[Node]]:
    """The e-mails that each visitor showed who was never seen with a ref."""
    known = {naming.visitor for naming in namings if naming.visitor and naming.ref}
    emails: dict[Node, set[Node]] = defaultdict(set)
    for naming in namings:
        if naming.visitor and naming.email and naming.visitor not in known:
            emails[naming.visitor].add(naming.email)
    return emails


def linked_nodes(naming: Naming, ignored: set[Node]) -> list[Node]:
    """The nodes one row founds and ties together."""
    if naming.ref:
        named = [naming.ref, naming.email, naming.phone, naming.visitor]
    elif naming.entity == "order_lines":
        named = [naming.email, naming.phone]
    else:
        named = []  # an event without a ref founds nobody and links nothing
    return [node for node in named if node and node not in ignored]


def connect(links: Iterable[list[Node]]) -> list[set[Node]]:
    """The connected components."""
    parent: dict[Node, Node] = {}

    def root(node: Node) -> Node:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for nodes in links:
        for node in nodes:
            parent.setdefault(node, node)
            parent[root(node)] = root(nodes[0])
    components = defaultdict(set)
    for node in parent:
        components[root(node)].add(node)
    return list(components.values())


def first_batches(namings: list[Naming], first_named: Mapping[Node, int]) -> dict[Node, int]:
    """The lowest batch of each ref (in any row) and of each e-mail and phone (in an order)."""
    batches = dict(first_named)
    for naming in namings:
        values = [naming.email, naming.phone] if naming.entity == "order_lines" else []
        for node in [naming.ref, *values]:
            if node:
                batches[node] = min(naming.batch, batches.get(node, naming.batch))
    return batches


def identify(component: set[Node], batches: Mapping[Node, int]) -> int:
    """The person_id: of the founding ref, else of the first e-mail, else of the first phone."""
    for kind in ("ref", "email", "phone"):
        nodes = [node for node in component if node[0] == kind]
        if nodes:
            founding = min(nodes, key=lambda node: (batches[node], node[1:]))
            return first_63_bits("\x1f".join(founding[1:]))
    raise ValueError(f"The component {component} has neither a ref nor a guest value.")


def first_63_bits(name: str) -> int:
    """The first 63 bits of the sha256 of a name's UTF-8 bytes."""
    return int.from_bytes(sha256(name.encode("utf-8")).digest()[:8], "big") >> 1
