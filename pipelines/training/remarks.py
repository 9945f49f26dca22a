"""Remarks on a training: what is worth knowing, and what could not be made of which kind."""

from dataclasses import dataclass, field

from pipelines.attempts.night import Inputs
from pipelines.deployment import Deployment
from pipelines.warehouse import statements


@dataclass
class Remarks:
    """What is worth knowing of a training; `untrained` says why it made no model of a kind."""

    sentences: list[str]
    untrained: dict[str, str] = field(default_factory=dict)

    def lack(self, kind: str, sentence: str) -> None:
        """Note why there is no model of a kind."""
        self.untrained[kind] = sentence
        self.sentences.append(sentence)

    def keep(self, deployment: Deployment, inputs: Inputs) -> None:
        """Keep what could not be made, for the nights that are without it."""
        now = deployment.warehouse.clock()
        with deployment.warehouse.begin() as connection:
            for kind, sentence in self.untrained.items():
                binds = {**inputs._asdict(), "kind": kind, "sentence": sentence, "tried_at": now}
                statements.run(connection, "training/keep_untrained", **binds)
