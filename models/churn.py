"""Three churn classifiers with one interface, from recency alone to boosted trees.

The simplest that is not beaten serves (`models.evaluation.beats`), so all three are calibrated
and give reasons. The order of features is the caller's; `feature_names` writes it into the bytes.
"""

from models.boosted import BoostedChurn
from models.canonical import model_id, read_header
from models.classifier import ChurnClassifier
from models.errors import UnreadableModel
from models.logistic import LogisticBaseline
from models.recency import RecencyBaseline

__all__ = [
    "BoostedChurn",
    "ChurnClassifier",
    "LogisticBaseline",
    "RecencyBaseline",
    "from_bytes",
    "model_id",
]

# The simplest first: the order in which a candidate has to beat what serves.
CLASSIFIERS: tuple[type[ChurnClassifier], ...] = (RecencyBaseline, LogisticBaseline, BoostedChurn)


def from_bytes(model_bytes: bytes) -> ChurnClassifier:
    """Read a churn classifier of whichever kind the bytes are.

    Raises
    ------
    UnreadableModel
        If the bytes are of no kind known here, or damaged.
    """
    kind = read_header(model_bytes)[0]["kind"]
    for classifier in CLASSIFIERS:
        if classifier.kind == kind:
            return classifier.from_bytes(model_bytes)
    raise UnreadableModel(f"No churn model is of kind '{kind}'.")
