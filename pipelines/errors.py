"""The errors of the product, as finished sentences about data.

NocturneError
├── UnrecoverableError        trying again cannot help: the data or the configuration must change
│   ├── ConfigurationFaulty   one or more files in config/ are wrong; lists every fault
│   ├── SourceUnreadable      a file cannot be read as what it is declared to be
│   ├── BatchRefused          a critical table rule refused a batch and the night is to stop
│   ├── BalanceBroken         what became of a batch's rows does not add up to what was received
│   ├── NightTooStale         no fresh order lines; publishing would only age what is known
│   ├── ContractBroken        an attempt broke a critical contract and is not published
│   ├── ClaimLost             another run took this attempt over
│   ├── BackfillRefused       a plan or backfill cannot be made or gone on with as asked
│   ├── RepairFailed          a night is published, one before it could not be repaired
│   ├── WarehouseRefused      a server or database cannot hold a warehouse, or gives too few rights
│   ├── ViewInUse             a view of somebody's own is built on one that must change
│   ├── CodeChanged           a night was begun on a database that is of other code
│   └── NothingThere          a night, model or source was asked for that does not exist
└── RecoverableError          the same call may succeed later
    ├── SourceUnavailable     a source cannot be reached now
    ├── SourceUnfinished      a file is still being written
    ├── WarehouseUnavailable  the database is not reached, or its disk is full
    ├── DestinationUnavailable  an export cannot be written now; what was delivered stays
    ├── DatabaseInUse         the schemas must change, but somebody builds a night or reads
    └── WarehouseBusy         another night or landing is under way
"""

import re


class NocturneError(Exception):
    """A finished sentence: what is wrong, where, and what to do."""


class UnrecoverableError(NocturneError):
    """Trying again with the same inputs gives the same failure."""


class RecoverableError(NocturneError):
    """Trying again later may succeed."""


class ConfigurationFaulty(UnrecoverableError):
    """One or more configuration files are wrong; every fault is listed."""

    def __init__(self, faults: list[str]):
        self.faults = faults
        count = f"{len(faults)} fault{'s' if len(faults) != 1 else ''} in the configuration"
        super().__init__("\n".join([f"{count}; nothing was run:", *(f"  - {f}" for f in faults)]))


class SourceUnreadable(UnrecoverableError):
    """A file cannot be read as what sources.yml declares it to be."""


class BatchRefused(UnrecoverableError):
    """A critical table rule refused a batch, and settings.yml says that the night stops then."""


class BalanceBroken(UnrecoverableError):
    """A row of a batch has no fate, or two: something was lost or counted twice."""


class NightTooStale(UnrecoverableError):
    """No order line is dated in the last `freshness_days` days of the night."""


class ContractBroken(UnrecoverableError):
    """An attempt broke a critical contract and stays unpublished."""


class ClaimLost(UnrecoverableError):
    """The attempt this step belongs to was taken over or dropped by another run."""


class BackfillRefused(UnrecoverableError):
    """A plan or backfill cannot be made, or gone on with, as it was asked for."""


class WarehouseRefused(UnrecoverableError):
    """A server or database cannot hold a warehouse, or gives its role too few rights."""


class ViewInUse(UnrecoverableError):
    """A view must change its columns, and somebody has built a view of their own on it."""


class RepairFailed(UnrecoverableError):
    """A night is published, but an outdated one before it could not be built anew."""


class CodeChanged(UnrecoverableError):
    """A night cannot go on: the database is not of the code that is here now."""


class NothingThere(UnrecoverableError):
    """A night, model or source was asked for that does not exist."""


class SourceUnavailable(RecoverableError):
    """A source cannot be reached now."""


class SourceUnfinished(RecoverableError):
    """A file is still being written: it is left for the next time."""


class WarehouseUnavailable(RecoverableError):
    """The database is not reached now, or has no room."""


class DestinationUnavailable(RecoverableError):
    """An export cannot be written now; what was delivered before stays current."""


class DatabaseInUse(RecoverableError):
    """The schemas cannot be brought up to date while somebody builds a night or reads."""


class WarehouseBusy(RecoverableError):
    """Another night or landing is under way in this warehouse."""


def in_a_sentence(error: object) -> str:
    """Return the cause as it may be kept and sent: rows and passwords stay out of it.

    Our own errors are finished sentences. Of any other only its kind and first line are told: the
    lines that follow in a database's errors quote rows.
    """
    if isinstance(error, NocturneError):
        return str(error)
    first = next(iter(str(error or "").strip().splitlines()), "")
    first = re.sub(r"//[^/\s@]*@", "//", first)[:300]
    kind = f"{type(error).__name__}: " if isinstance(error, BaseException) else ""
    return (kind + first).rstrip(": ") or "no cause is known"
