"""What can be wrong with the arrays or bytes given to a model, one class per fact.

::

    ModelError (ValueError)
    ├── TooFewPeople         not enough people to fit clusters on
    ├── NoClusterCount       every number of clusters leaves one too small
    ├── OnlyOneOutcome       all people churned, or none did
    ├── FeaturesDisagree     the columns are not those the model knows
    └── UnreadableModel      the bytes are not a model of the kind asked for

All are terminal: the same arrays and bytes fail again, so a retry is of no use.
"""


class ModelError(ValueError):
    """A model cannot be fitted, read or used as asked."""


class TooFewPeople(ModelError):
    """There are not enough people to fit clusters on."""


class NoClusterCount(ModelError):
    """Every number of clusters tried leaves a cluster smaller than the limit."""


class OnlyOneOutcome(ModelError):
    """The people to learn from all have the same outcome."""


class FeaturesDisagree(ModelError):
    """The columns given are not the columns the model knows."""


class UnreadableModel(ModelError):
    """The bytes are not a model of the kind asked for."""
