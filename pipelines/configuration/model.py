"""Business choices, read from config/ and checked as a whole before anything runs."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from importlib.metadata import version
from typing import Any
from zoneinfo import ZoneInfo

from expectations.custom import CustomRule
from expectations.rule import WARNING, Shop
from pipelines.configuration.entities import ENTITIES
from pipelines.configuration.holidays import ShopCalendar
from pipelines.configuration.sources.column_rules import ColumnRule, Condition, FillDown
from pipelines.hashing import short_hash

MARKETING = "marketing"
# Named so that nobody writes it by accident: for the shop's own house, never for advertising.
NOT_ASKED = "not_asked_internal_use_only"
CONSENTS = (MARKETING, NOT_ASKED)
KINDS = ("csv", "jsonl", "parquet")  # of files that destinations take

ENGAGEMENT_COUNTS = (
    "order_count_30d",
    "session_count_30d",
    "product_view_count_30d",
    "cart_add_count_30d",
    "abandoned_cart_count_30d",
)


@dataclass(frozen=True)
class SourceExpectations:
    """How odd volume is judged, how many rows may be rejected, how young its rows must be.

    Without a `reject_limit` that of settings.yml holds; without `fresh_days` any age is good.
    """

    volume: str = WARNING
    reject_limit: float | None = None
    fresh_days: int | None = None
    fresh_severity: str = WARNING


@dataclass(frozen=True)
class Source:
    """One entry of sources.yml; `options` are the keys of its kind."""

    name: str
    entity: str
    kind: str
    columns: dict[str, ColumnRule]
    time_zone: str
    options: dict[str, Any] = field(default_factory=dict)
    customer_space: str = "shared"
    tombstone: str | None = None
    gone_when: tuple[Condition, ...] = ()
    fill_down: FillDown | None = None
    keeps_others: bool = True
    where: tuple[Condition, ...] = ()
    explode: str | None = None
    orders_arrive_whole: bool = False
    sent_with: tuple[str, ...] = ()
    snapshot: bool = False
    keeps_first: bool = False
    expected: SourceExpectations = field(default_factory=SourceExpectations)
    simulated: bool = False

    @property
    def may_lack_columns(self) -> bool:
        """Whether a row may lack a mapped column, as JSON objects may."""
        return self.kind in ("jsonl", "http")

    @property
    def meaning(self) -> dict[str, Any]:
        """What of a source decides how its received rows are read."""
        return {
            "entity": self.entity,
            "columns": {ours: recipe.meaning for ours, recipe in self.columns.items()},
            "time_zone": self.time_zone,
            "customer_space": self.customer_space,
            "tombstone": self.tombstone,
            "orders_arrive_whole": self.orders_arrive_whole,
            **({"gone_when": [each.meaning for each in self.gone_when]} if self.gone_when else {}),
            **({"fill_down": vars(self.fill_down)} if self.fill_down else {}),
            **({} if self.keeps_others else {"attributes": False}),
            **({"sent_with": list(self.sent_with)} if self.sent_with else {}),
            **({"keep": "first"} if self.keeps_first else {}),
            **({"where": [each.meaning for each in self.where]} if self.where else {}),
            **({"explode": self.explode} if self.explode else {}),
        }


@dataclass(frozen=True)
class Segment:
    """One rule of segments.yml: a name, who is in it, its SQL condition, and what it is for."""

    name: str
    description: str
    condition: str
    needs: frozenset[str] = frozenset()
    goal: str = ""


@dataclass(frozen=True)
class Destination:
    """One entry of destinations.yml."""

    name: str
    kind: str
    path: str
    columns: list[str]
    consent: str = "marketing"
    segments: list[str] = field(default_factory=list)
    neutralise_formulas: bool = False


@dataclass(frozen=True)
class Configuration:
    """Everything in config/, checked."""

    business_time_zone: str
    schedule_start: date | None
    schedule_end: date | None
    freshness_days: int
    night_on_refused: str
    currency: str | None
    opened_on: date
    leave_out: dict[str, Any]
    reject_limit: float
    holidays: ShopCalendar
    shared_value_limit: int
    placeholders: tuple[str, ...]
    phone_country: str | None
    days_moved: int
    corrections_severity: str
    engagement: dict[str, tuple[float, float]]
    psi_limit: float
    deadline_minutes: int
    claim_idle_minutes: int
    score_moved: float
    repair_nights: int
    repair_outdated_share: float
    kept_nights: int
    kept_deliveries: int
    models: dict[str, Any]
    sources: list[Source]
    segments: list[Segment]
    destinations: list[Destination]
    contracts: dict[str, tuple[CustomRule, ...]]

    @property
    def zone(self) -> ZoneInfo:
        """The business time zone."""
        return ZoneInfo(self.business_time_zone)

    @property
    def claim_idle(self) -> timedelta:
        """How long an Airflow run may be silent before it has lost its claim."""
        return timedelta(minutes=self.claim_idle_minutes)

    def has(self, entity: str) -> bool:
        """Return whether any source feeds the entity."""
        return any(source.entity == entity for source in self.sources)

    @cached_property
    def read_by_build(self) -> dict[str, Any]:
        """The settings a build reads, as canonical data: what ops.configurations keeps."""
        return {
            "business_time_zone": self.business_time_zone,
            "entities": {entity: self.has(entity) for entity in ENTITIES},
            "shared_value_limit": self.shared_value_limit,
            "engagement": {k: list(v) for k, v in sorted(self.engagement.items())},
            "psi_limit": self.psi_limit,
            "freshness_days": self.freshness_days,
            "models": self.models,
            "segments": [[s.name, s.condition] for s in self.segments],
            "added_rules": self._added(received=False),
            "fresh": {
                source.name: [source.expected.fresh_days, source.expected.fresh_severity]
                for source in self.sources
                if source.expected.fresh_days
            },
        }

    @property
    def build_configuration(self) -> str:
        """Hash of what a build reads."""
        return short_hash(self.read_by_build)

    @property
    def received_meaning(self) -> dict[str, Any]:
        """What decides how received rows are staged, code apart."""
        return {
            "business_time_zone": self.business_time_zone,
            "currency": self.currency,
            "opened_on": self.opened_on.isoformat(),
            "leave_out": self.leave_out,
            "placeholders": list(self.placeholders),
            "phone_country": [self.phone_country, self._numbering_plans],
            "corrections": [self.days_moved, self.corrections_severity],
            "added_rules": self._added(received=True),
            "sources": {source.name: source.meaning for source in self.sources},
        }

    @property
    def _numbering_plans(self) -> str | None:
        """Which edition of the library's numbering plans reads phones; none without a country."""
        return version("phonenumbers") if self.phone_country else None

    def _added(self, *, received: bool) -> dict[str, Any]:
        """The rules of contracts.yml for what is received, or for what is built."""
        return {
            table: [rule.meaning for rule in rules]
            for table, rules in self.contracts.items()
            if (table in ENTITIES) is received
        }


def shop_of(configuration: Configuration, source: Source) -> Shop:
    """Return what of the configuration decides which rules the rows of a source keep."""
    return Shop(
        currency=configuration.currency,
        has_products=configuration.has("products"),
        volume=source.expected.volume,
        corrections=configuration.corrections_severity,
        days_moved=configuration.days_moved,
        keeps_first=source.keeps_first,
    )
