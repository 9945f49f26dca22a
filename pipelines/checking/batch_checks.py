"""Judge new batches as a whole: volume, shares and repeats against the source's history.

Such rules look at new batches: one that was let in before is never refused for them later, since
rows received after it were held against it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from expectations import batch_rules as landings
from expectations.rule import Rule
from pipelines.checking import baseline
from pipelines.checking.broken_rules import RuleCounts
from pipelines.checking.source_history import SourceHistory
from pipelines.configuration.model import Configuration, Source, shop_of
from pipelines.contracts.validate import Finding

BatchRow = sa.RowMapping
SHOWN = 3  # reasons, days or columns in a sentence; ops.contract_results has all of the rules

# A file of two rows, one of them bad, says nothing about the file.
LEAST_REJECTED = 10

MEASURED = ("rejected", "lost", "currencies", "unfound", "volume", "repeated", "emptied")


@dataclass(frozen=True)
class BatchChecks:
    """Judges the batches of one source, oldest first; `past` grows with each that is let in."""

    configuration: Configuration
    source: Source
    past: SourceHistory

    def judge(self, batches: Sequence[BatchRow], counted: RuleCounts) -> dict[int, list[Finding]]:
        """Return the findings on each batch; one that was let in before has none."""
        rules = landings.on_rows(shop_of(self.configuration, self.source))
        found = {}
        for batch in batches:
            said = self._measure(batch, counted) if batch["is_new"] else {}
            judged = [_finding(rule, batch, said[rule.shows]) for rule in rules if said]
            if any(finding.critical for finding in judged):
                self.past.refuse(batch)
            else:
                self.past.receive(batch, counted)
            found[batch["batch_id"]] = judged
        return found

    def _measure(self, batch: BatchRow, counted: RuleCounts) -> dict[str, str | None]:
        """Return what is wrong with a batch, by the column of the rule; None is nothing.

        What was replayed was judged when it first came: it is no usual file, nor a bad one.
        """
        if batch["replay_of"] is not None:
            return dict.fromkeys(MEASURED)
        message = baseline.unusual_shares(self.past.shares_of(batch), self.past.shares)
        repeated = message.pop(self.past.REPEATED, None)
        columns = [f"{column} {said}" for column, said in message.items()]
        return {
            "rejected": self._rejected(batch, counted),
            "lost": self._lost(batch),
            "currencies": self._currencies(batch),
            "unfound": self.past.unfound.get(batch["batch_id"]),
            "volume": self._volume(batch, counted),
            "repeated": repeated,
            "emptied": "; ".join(columns[:SHOWN]) or None,
        }

    def _rejected(self, batch: BatchRow, counted: RuleCounts) -> str | None:
        """Return why most of a batch is no good, or None; nobody asks once it was accepted."""
        received = batch["received_count"] - batch["left_out_count"]
        rejected = counted.rejected(batch["batch_id"]) + batch["unreadable_count"]
        limit = self.source.expected.reject_limit or self.configuration.reject_limit
        if batch["is_accepted"] or rejected < LEAST_REJECTED or rejected <= limit * received:
            return None
        return (
            f"{rejected:,} of {received:,} rows would be rejected, more than the share of "
            f"{limit:g} that reject_limit allows: {_reasons(batch, counted)}. If it is right as "
            "it is, `nocturne land --again FILE` takes in its good rows."
        )

    def _lost(self, batch: BatchRow) -> str | None:
        before = self.past.refused_before(batch) if batch["duplicate_count"] else None
        if before is None:
            return None
        batch_id, file = before
        return (
            f"{batch['duplicate_count']:,} of its rows were passed over as received before, maybe "
            f"with batch {batch_id} ({file}), which is refused: it is landed anew with the next "
            "landing."
        )

    def _currencies(self, batch: BatchRow) -> str | None:
        """Return which two currencies would be added up, or None."""
        counts = self.past.currencies.get(batch["batch_id"], {})
        others = sorted(self.past.known_currencies - counts.keys())
        if len(counts) + len(others) < 2 or not counts:
            return None
        message = ", ".join(f"{count:,} rows in {code}" for code, count in sorted(counts.items()))
        before = f", and lines in {' and '.join(others)} came before" if others else ""
        return (
            f"{message}{before}, while settings.yml names no currency: amounts of two currencies "
            "cannot be added. Set `currency` to the one that counts, lines in another go to "
            "quarantine; or have them converted before they are sent."
        )

    def _volume(self, batch: BatchRow, counted: RuleCounts) -> str | None:
        days = self.past.ended_days(batch, counted)
        rows = batch["received_count"] - batch["left_out_count"]
        return baseline.unusual_days(
            days, self.past.days, self.configuration.holidays
        ) or baseline.unusual_file(rows, self.past.files, self.past.days)


def is_lost(findings: Sequence[Finding]) -> bool:
    """Return whether a batch lost rows against a refused one, so that it is to land anew."""
    return any(finding.unexpected and finding.rule.shows == "lost" for finding in findings)


def _finding(rule: Rule, batch: BatchRow, said: str | None) -> Finding:
    sentence = f"{batch['source']}, {batch['file']}: {rule.sentence.replace('{value}', said or '')}"
    return Finding(rule, 1, int(said is not None), sentence)


def _reasons(batch: BatchRow, counted: RuleCounts) -> str:
    """Return the critical rules that most rows broke, the worst first."""
    by_rule = {rule: counts.get(batch["batch_id"], 0) for rule, counts in counted.critical.items()}
    by_rule["unreadable"] = batch["unreadable_count"]
    worst = sorted((count, rule) for rule, count in by_rule.items() if count)[::-1]
    return ", ".join(f"{count:,} by {rule}" for count, rule in worst[:SHOWN])
