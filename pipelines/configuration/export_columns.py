"""The columns an export may have, and their types in Arrow."""

import pyarrow as pa

from pipelines.configuration.columns import (
    AMOUNT,
    DAY,
    FEATURES,
    LIST,
    NUMBER,
    SCORES,
    SEGMENTS,
    TEXT,
    WHOLE,
)

ARROW = {
    WHOLE: pa.int32(),
    AMOUNT: pa.decimal128(18, 4),
    NUMBER: pa.float64(),
    DAY: pa.date32(),
    TEXT: pa.string(),
    LIST: pa.list_(pa.string()),
}
# Always there, first, in this order.
ALWAYS = {
    "customer_id": pa.string(),
    "person_id": pa.string(),
    "segments": ARROW[LIST],
    "last_updated": pa.date32(),
}
# Features, scores and segments that destinations.yml may name.
CHOOSABLE = {
    column.name: ARROW[column.kind]
    for columns in (SEGMENTS, SCORES, FEATURES)
    for column in columns
    if column.is_exportable
}


def schema_of(chosen: list[str]) -> pa.Schema:
    """Return the schema of an export with these columns after those that are always there."""
    return pa.schema(ALWAYS | {name: CHOOSABLE[name] for name in chosen})


def column_faults(place: str, columns: object) -> list[str]:
    """Return what is wrong with `columns` of a destination, a sentence each."""
    if not isinstance(columns, list):
        return [f"{place}.columns is {columns!r}; expected a list of names."]
    faults = []
    for name in dict.fromkeys(map(str, columns)):
        if name in ALWAYS:
            faults.append(f"{place}.columns: {name} is always there; leave it out.")
        elif name not in CHOOSABLE:
            known = ", ".join(CHOOSABLE)
            faults.append(f"{place}.columns: {name!r} is nothing to export. There are: {known}.")
        elif columns.count(name) > 1:
            faults.append(f"{place}.columns: {name} stands there {columns.count(name)} times.")
    return faults
