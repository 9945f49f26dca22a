"""Build training examples: features at past cut-offs, and whether people bought again."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from pipelines.attempts import claims, freshness
from pipelines.attempts.claims import AttemptRequest, Claim
from pipelines.attempts.night import Inputs, Night
from pipelines.deployment import Deployment
from pipelines.errors import NightTooStale
from pipelines.features import arrow, build
from pipelines.people import identify
from pipelines.progress import Listener
from pipelines.training.candidates import Examples, together
from pipelines.warehouse import statements

# With fewer people one in five is held out of ten: too few to calibrate or to compare on.
FEWEST_PEOPLE = 50
PERSON = "person_id"
LABELS = pa.schema([(PERSON, pa.int64()), ("churned", pa.int64())])


@dataclass(frozen=True)
class TrainingData:
    """What a training learns from and is tested on; `sentences` says which cut-offs are not in."""

    test_on: date
    test: Examples | None
    training: dict[date, Examples]
    sentences: list[str]

    @property
    def is_enough(self) -> bool:
        """Whether there is something to learn from and something to test on."""
        return self.test is not None and bool(self.training)

    @property
    def all_training(self) -> Examples:
        """The examples of all training cut-offs together, the latest first."""
        return together(list(self.training.values()))


def cutoffs(as_of: date, settings: dict[str, int]) -> tuple[date, list[date]]:
    """Return the test's cut-off and the training's, latest first.

    Each label window, (cut-off, cut-off + horizon], ends where the next begins, the test's on
    `as_of`: no purchase is in two.
    """
    horizon = timedelta(days=settings["churn_horizon_days"])
    test_on = as_of - horizon
    return test_on, [test_on - n * horizon for n in range(1, settings["cutoff_count"] + 1)]


def gather(
    deployment: Deployment,
    claim: Claim,
    inputs: Inputs,
    listener: Listener,
) -> TrainingData:
    """Build each cut-off as an attempt and read its people and outcomes.

    The attempt of one is kept until the next is built, so that nobody else's build slips in between
    two cut-offs: have `claims.drop_kept` called when all is done.

    Raises
    ------
    NightTooStale
        If no order line is dated in the last `freshness_days` days of the training's day:
        people would seem to have left only because the files are missing.
    """
    _refuse_stale(deployment, inputs)
    test_on, training_on = cutoffs(inputs.as_of, deployment.configuration.models["churn"])
    found: dict[date, Examples] = {}
    sentences = []
    for day in (test_on, *training_on):
        examples, why_not = _at_cutoff(deployment, claim, inputs._replace(as_of=day))
        listener(f"cut-off {day}", len(examples.ids) if examples else why_not)
        if examples is None:
            sentences.append(f"cut-off {day} is left out: {why_not}.")
        else:
            found[day] = examples
    return TrainingData(test_on, found.pop(test_on, None), found, sentences)


def _refuse_stale(deployment: Deployment, inputs: Inputs) -> None:
    as_of, newest = inputs.as_of, _newest_line(deployment, inputs)
    days = deployment.configuration.freshness_days
    if freshness.is_stale(deployment, newest, as_of, days):
        seen = f"the newest is of {newest}" if newest else "there is none at all"
        raise NightTooStale(
            f"order_lines: no line is dated in the {days} days up to {as_of}; {seen}. Who bought "
            "nothing since would be taken for lost. Train as of a day the data reaches."
        )


def _newest_line(deployment: Deployment, inputs: Inputs) -> date | None:
    binds = {**inputs._asdict(), "staging_version": deployment.versions.staging}
    with deployment.warehouse.begin() as connection:
        return statements.value(connection, "attempts/fresh_line", **binds)


def _at_cutoff(deployment: Deployment, claim: Claim, inputs: Inputs) -> tuple[Examples | None, str]:
    """Return the examples of one cut-off, or None and why there are none."""
    if _newest_line(deployment, inputs) is None:
        return None, "it is before the first order line"
    request = AttemptRequest(inputs.as_of, inputs.known_at, "train")
    tonight = claims.open_night(deployment, claim, request)
    try:
        identify.identify(tonight)
        build.build_customer_features(tonight)
        examples = read_examples(tonight)
    except BaseException:
        claims.drop_night(deployment, tonight.night_id)
        raise
    claims.keep_night(deployment, tonight)
    if len(examples.ids) < FEWEST_PEOPLE:
        return None, f"{len(examples.ids)} people bought lately, fewer than {FEWEST_PEOPLE}"
    if len(np.unique(examples.y)) < 2:
        return None, "everybody left" if examples.y[0] else "everybody stayed"
    return examples, ""


def read_examples(tonight: Night) -> Examples:
    """Return the active people of an attempt at a cut-off, with what they did after it."""
    settings = tonight.configuration.models["churn"]
    people = read_people(tonight, settings["activity_days"])
    labels = pa.Table.from_batches(
        arrow.stream(
            tonight,
            statements.statement(
                "training/churn_labels",
                **tonight.binds,
                activity_days=settings["activity_days"],
                churn_horizon_days=settings["churn_horizon_days"],
            ),
        ),
        LABELS,
    )
    ids = labels.column(PERSON).to_numpy()
    assert np.array_equal(ids, people.ids), "features and labels are of the same people"
    return Examples(people.names, people.ids, people.X, labels.column("churned").to_numpy())


def read_people(tonight: Night, activity_days: int | None) -> Examples:
    """Return the features of people who bought in the last days (None: ever); outcomes are 0."""
    batches = list(arrow.people(tonight, activity_days))
    if not batches:
        return Examples((), np.array([], np.int64), np.empty((0, 0)), np.array([], np.int64))
    names = tuple(name for name in batches[0].schema.names if name != PERSON)
    ids = np.concatenate([batch.column(PERSON).to_numpy() for batch in batches])
    X = np.vstack([arrow.matrix(batch, names) for batch in batches])
    return Examples(names, ids, X, np.zeros(len(ids), np.int64))
