"""Score active people: a probability of churn and its reasons."""

from collections.abc import Iterator

import pyarrow as pa

from models import churn
from models.reason_words import Words
from models.reasons import reasons
from pipelines.attempts import inbox, serving_models
from pipelines.attempts.night import Night
from pipelines.configuration.columns import FEATURES
from pipelines.errors import NothingThere
from pipelines.features import arrow

INBOX = "inbox_scores"
NO_MODEL = "No churn model serves yet: nobody is scored."
WORDS = {c.name: Words(c.words, c.null_words) for c in FEATURES if c.words}
SCORED = pa.schema(
    [
        ("person_id", pa.int64()),
        ("churn_probability", pa.float64()),
        ("churn_reasons", pa.list_(pa.string())),
    ]
)


def score(tonight: Night) -> int:
    """Write the attempt's customer_scores; return how many people were scored.

    Scored are people with a purchase in the last `activity_days` days who do not refuse
    profiling. Without a churn model there are no rows, and a note says so.

    Raises
    ------
    NothingThere
        If the model's bytes are gone, or it reads a feature that does not exist any more.
    """
    model_id = tonight.models.get("churn")
    model = _read_model(tonight, model_id) if model_id else None
    inbox.open_inbox(tonight, INBOX)
    with tonight.step("score") as connection:
        if model is None:
            tonight.note(connection, NO_MODEL)
        else:
            scored = pa.RecordBatchReader.from_batches(SCORED, _scored(tonight, model))
            inbox.fill_inbox(tonight, INBOX, scored)
        tonight.read(connection, INBOX)
        count = tonight.store(
            connection, "customer_scores", "scoring/customer_scores", churn_model=model_id
        )
        inbox.close_inbox(connection, tonight, INBOX)
    return count


def _read_model(tonight: Night, model_id: str) -> churn.ChurnClassifier:
    return churn.from_bytes(serving_models.read_bytes(tonight.deployment.models, model_id))


def _scored(tonight: Night, model: churn.ChurnClassifier) -> Iterator[pa.RecordBatch]:
    """Yield person, probability and reasons in key order; each row depends on itself alone."""
    activity_days = tonight.configuration.models["churn"]["activity_days"]
    people = arrow.people(tonight, activity_days)
    names = list(model.feature_names or ())
    for batch in people:
        missing = sorted(set(names) - set(batch.schema.names))
        if missing:
            raise NothingThere(
                f"the churn model of night {tonight.night_id} ({tonight.as_of}) reads "
                f"{', '.join(missing)}, which customer_features has not: `nocturne train` anew."
            )
        X = arrow.matrix(batch, names)
        said = reasons(names, X, model.contributions(X), WORDS)
        columns = [batch.column("person_id"), pa.array(model.predict_proba(X)[:, 1]), said]
        yield pa.record_batch(columns, schema=SCORED)
