"""Draw Evidently's page of a night beside its reference; no step reads it.

Drawn after the drift is written down, from a sample; whatever goes wrong here is a note.
"""

import os
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection

from pipelines.attempts import recorded
from pipelines.attempts.night import Night
from pipelines.hashing import short_hash
from pipelines.warehouse import statements

# Evidently takes 1 s for 18 columns of 2,000 people; at 5,000 the pictures look the same.
SAMPLE_SIZE = 2_000
GROUPS = ("primary_segment", "cluster_name")
# Attempts that are never published leave the page of the night that stands alone.
SHOWN = ("night", "backfill")


def reports(home: Path) -> Path:
    """Return where the pages lie."""
    return home / "reports"


def page_of(home: Path, as_of: date) -> Path:
    """Return the page of a night."""
    return reports(home) / f"drift_{as_of}.html"


def sample_of(home: Path, training_id: int) -> Path:
    """Return the sample that a training kept of its own night."""
    return reports(home) / "reference" / f"{int(training_id)}.parquet"


def read_sample(connection: Connection) -> Any:
    """Return the sample of the attempt that this transaction reads, as a pandas frame."""
    import pandas as pd

    result = statements.run(connection, "drift/sample", sample_size=SAMPLE_SIZE)
    frame = pd.DataFrame(result.mappings().all(), columns=list(result.keys()))
    numbers = [name for name in frame.columns if name not in GROUPS]
    return frame.astype(dict.fromkeys(numbers, "float64") | dict.fromkeys(GROUPS, "str"))


def keep_sample(home: Path, training_id: int, sample: Any) -> None:
    """Keep a training's sample, whole or not at all: its night's tables are dropped later."""
    path = sample_of(home, training_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.partial")
    sample.to_parquet(partial, index=False)
    partial.replace(path)


def write_report(tonight: Night, training_id: int, sample: Any) -> Path | None:
    """Write home/reports/drift_<as_of>.html; return it, None where none is drawn.

    A page made of the same rows is left as it is, so that building a night again costs nothing.
    """
    if tonight.purpose not in SHOWN:
        return None
    try:
        return _write(tonight, training_id, sample)
    except Exception as error:
        _say_why_not(tonight, error)
        return None


def _write(tonight: Night, training_id: int, sample: Any) -> Path:
    import pandas as pd

    path = page_of(tonight.deployment.home, tonight.as_of)
    mark = _mark(tonight, training_id)
    if _is_marked(path, mark):
        return path
    partial = path.with_suffix(f".{os.getpid()}.partial")
    reference = pd.read_parquet(sample_of(tonight.deployment.home, training_id))
    _draw(reference, sample, partial)
    with partial.open("a", encoding="utf-8") as page:
        page.write(mark)
    partial.replace(path)
    return path


def _mark(tonight: Night, training_id: int) -> str:
    """Return the last line of the page: what it is made of."""
    with tonight.deployment.warehouse.begin() as connection:
        row = recorded.night_of(connection, tonight.night_id)
    made_of = [training_id, row["content_hashes"], row["build_code"]]
    return f"<!-- nocturne {short_hash(made_of)} -->\n"


def _is_marked(path: Path, mark: str) -> bool:
    if not path.exists():
        return False
    with path.open("rb") as page:
        page.seek(-min(len(mark), path.stat().st_size), os.SEEK_END)
        return page.read() == mark.encode()


def _draw(reference: Any, current: Any, path: Path) -> None:
    """Write Evidently's page of the columns that hold something on both sides."""
    from evidently import DataDefinition, Dataset, Report
    from evidently.presets import DataDriftPreset

    held = [c for c in current if _holds(current, c) and _holds(reference, c)]
    definition = DataDefinition(
        numerical_columns=[name for name in held if name not in GROUPS],
        categorical_columns=[name for name in held if name in GROUPS],
    )
    sets = [Dataset.from_pandas(f[held], data_definition=definition) for f in (current, reference)]
    preset = DataDriftPreset(num_method="psi", cat_method="psi", num_threshold=0.2)
    Report([preset]).run(current_data=sets[0], reference_data=sets[1]).save_html(str(path))


def _holds(frame: Any, column: str) -> bool:
    return column in frame and bool(frame[column].notna().any())


def _say_why_not(tonight: Night, error: Exception) -> None:
    sentence = f"The drift report was not drawn: {type(error).__name__}: {error}"
    with tonight.deployment.warehouse.begin() as connection:
        tonight.note(connection, sentence.splitlines()[0])
