"""The content of settings.yml and models.yml: one field per key, with its default."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, create_model

from pipelines.configuration.faults import Entry, Fault, Name, nearest, refused, shown
from pipelines.configuration.holidays import ShopCalendar
from pipelines.configuration.model import ENGAGEMENT_COUNTS

LONG_AGO = date(1900, 1, 1)  # nothing before it is believed, whatever shop
MOSTLY = 0.5  # of a batch's rows rejected, it is not what its mapping takes it for
KEPT = 90  # nights and deliveries: a quarter, so that a quarter's campaign can be looked into


# What programs write where they know nothing (null to \\N), what forms and web trackers send
# instead of a name (unknown to the zero UUID), and the first word of a line of sums.
PLACEHOLDERS = (
    "null", "(null)", "<null>", "nil", "none", "nan", "<na>", "na", "n/a", "#n/a", "undefined",
    "\\n", "0", "-1", "unknown", "anonymous", "guest", "(not set)", "[object object]", "true",
    "false", "-", "--", "?", "00000000-0000-0000-0000-000000000000",
    "total", "totals", "grand total", "subtotal", "sum", "summe", "gesamt", "gesamtsumme",
)  # fmt: skip


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (LookupError, OSError):  # none such, or a folder of them
        raise ValueError(name) from None
    return name


def _patterns(values: Any) -> list[str]:
    """Return texts in which * stands for anything; one must not stand for everybody."""
    if not isinstance(values or [], list) or not all(
        isinstance(each, str | int) and not isinstance(each, bool) and str(each).strip()
        for each in values or []
    ):
        raise refused(f' is {shown(values)}; expected a list of texts such as [T-1, "STAFF-*"].')
    patterns = sorted(str(each).strip() for each in values or [])
    everybody = [each for each in patterns if each.strip("*?") == ""]
    if everybody:
        raise refused(*(f" has {each!r}, which leaves out everybody." for each in everybody))
    return patterns


def _words(values: Any) -> tuple[str, ...]:
    """Return texts in lower case, each once."""
    if not isinstance(values, list) or not all(
        isinstance(each, str | int) and not isinstance(each, bool) and str(each).strip()
        for each in values
    ):
        raise ValueError(values)
    return tuple(sorted({str(each).strip().lower() for each in values}))


def _phone_country(code: str) -> str:
    from phonenumbers import SUPPORTED_REGIONS

    if code not in SUPPORTED_REGIONS:
        raise ValueError(code)
    return code


def _code_of_currency(code: str) -> str:
    if not code.strip():
        raise ValueError(code)
    return code.strip().upper()


Count = Annotated[int, Field(gt=0, description="a whole number above 0")]
Number = Annotated[
    Annotated[int, Field(gt=0)] | Annotated[float, Field(gt=0)],
    Field(description="a number above 0"),
]
Share = Annotated[
    Annotated[int, Field(gt=0, le=1)] | Annotated[float, Field(gt=0, le=1)],
    Field(description="a share above 0 and up to 1, such as 0.5"),
]
NotNegative = Annotated[
    Annotated[int, Field(ge=0)] | Annotated[float, Field(ge=0)],
    Field(description="a number of at least 0"),
]
Day = Annotated[date, Field(description="a day such as 2017-12-24")]
Zone = Annotated[
    str, AfterValidator(_zone), Field(description="an IANA name such as Europe/Berlin")
]
Words = Annotated[
    Any,
    PlainValidator(_words, json_schema_input_type=list[str | int]),
    Field(
        description='a list of texts such as ["null", "n/a", "0"], in quotes where YAML would '
        "read nothing or a truth"
    ),
]
PhoneCountry = Annotated[
    str,
    AfterValidator(_phone_country),
    Field(
        description="a code of ISO 3166 such as US or DE, in quotes where YAML would read a "
        'truth ("NO")'
    ),
]
Currency = Annotated[
    str,
    AfterValidator(_code_of_currency),
    Field(description="the shop's one currency, such as EUR"),
]
Patterns = Annotated[list[str], BeforeValidator(_patterns)]


class Group(Entry):
    """Settings that belong together."""

    unknown = "is no setting"


class Holidays(Group):
    """Days whose volume may be anything: a country's, and the shop's own."""

    country: str | None = Field(None, description="a code of ISO 3166 such as US or DE, in quotes "
                                'where YAML would read a truth ("NO")')  # fmt: skip
    subdivision: str | None = Field(None, description="a part of the country, such as BY of DE")
    days: list[date] = Field([], description="a list of days such as 2017-11-24")

    @classmethod
    def rules(cls, content: dict[str, Any], context: Any) -> Iterator[Fault]:
        """Yield a country or a part of it that the calendars do not have."""
        country, part = content.get("country"), content.get("subdivision")
        if country is None and part is not None:
            yield ("subdivision",), " needs the country it is of."
        if not isinstance(country, str):
            return
        import holidays

        known = holidays.list_supported_countries()
        if country not in known:
            expected = cls.model_fields["country"].description
            yield ("country",), f" is {country!r}; expected {expected}."
        elif isinstance(part, str) and part not in known[country]:
            yield ("subdivision",), f" is {part!r}. {nearest(part, known[country])}"

    def calendar(self) -> ShopCalendar:
        """Return the days as the pipeline asks for them."""
        return ShopCalendar(self.country, self.subdivision, frozenset(self.days))


class LeaveOut(Group):
    """Accounts of staff, tests and resellers, by list or pattern."""

    shape = "customer_refs, emails, attributes"
    customer_refs: Patterns = Field(default_factory=list)
    emails: Patterns = Field(default_factory=list)
    attributes: dict[Name, Patterns] = Field(
        default_factory=dict, description="a column with a list of values"
    )

    def lists(self) -> dict[str, Any]:
        """Return each list that is given, sorted, e-mails in lower case."""
        emails = sorted(email.lower() for email in self.emails)
        read = {**dict(self), "emails": emails, "attributes": dict(sorted(self.attributes.items()))}
        return {key: value for key, value in read.items() if value}


class Weight(Group):
    """How much a count weighs in the engagement score, and up to where it counts."""

    weight: float = Field(ge=0, description="a number of at least 0")
    cap: float = Field(gt=0, description="a number above 0")


def _weights(group: Any) -> dict[str, tuple[float, float]]:
    return {count: (each.weight, each.cap) for count, each in group if each}


def _group(**fields: Any) -> Any:
    """Return a group's field: by their names in a Configuration, settings' keys and defaults."""
    made: Any = {
        name: (kind, Field(default, alias=key)) for name, (key, kind, default) in fields.items()
    }
    model = create_model("Group", __base__=Group, **made)
    return model, Field(default_factory=model)


def _made(model: Any, read: Callable[[Any], Any]) -> Any:
    """Return the field of a group that the pipeline holds in another shape."""
    made: Any = Field(default_factory=dict, validate_default=True)
    return Annotated[model, AfterValidator(read)], made


class _Settings(Group):
    """settings.yml: business choices of the shop."""

    business_time_zone: Zone = "UTC"
    night_on_refused: Literal["stop", "go_on"] = "stop"
    currency: Currency | None = None
    opened_on: Day = Field(default_factory=lambda: LONG_AGO)
    reject_limit: Share = Field(default_factory=lambda: MOSTLY)
    freshness_days: Count = 3
    deadline_minutes: Count = 360
    claim_idle_minutes: Count = 360

    @property
    def flat(self) -> dict[str, Any]:
        """The settings as a Configuration holds them, without groups."""
        parts = [self, *(value for _, value in self if isinstance(value, Group))]
        return {k: v for part in parts for k, v in part if not isinstance(v, Group)}


_count_or_none = Annotated[int, Field(ge=0, description="a whole number above 0, or 0 for none")]
_counts: Any = dict.fromkeys(ENGAGEMENT_COUNTS, (Weight | None, None))
Settings = create_model(
    "Settings",
    __base__=_Settings,
    __doc__=_Settings.__doc__,
    schedule=_group(
        schedule_start=("start", Day | None, None), schedule_end=("end", Day | None, None)
    ),
    identity=_group(
        shared_value_limit=("shared_value_limit", Number, 5),
        placeholders=("placeholders", Words, PLACEHOLDERS),
        phone_country=("phone_country", PhoneCountry | None, None),
    ),
    corrections=_group(
        days_moved=("days_moved", Count, 31),
        corrections_severity=("severity", Literal["warning", "critical"], "warning"),
    ),
    engagement=_made(create_model("Engagement", __base__=Group, **_counts), _weights),
    drift=_group(psi_limit=("psi_limit", Number, 0.2)),
    plan=_group(score_moved=("score_moved", Number, 0.05)),
    repair=_group(
        repair_nights=("nights", _count_or_none, 7),
        repair_outdated_share=("outdated_share", Number, 0.01),
    ),
    holidays=_made(Holidays, Holidays.calendar),
    retention=_group(
        kept_nights=("nights", Count, KEPT), kept_deliveries=("deliveries", Count, KEPT)
    ),
    leave_out=_made(LeaveOut, LeaveOut.lists),
)
Churn = create_model(
    "Churn", __base__=Entry,
    activity_days=(Count, 90), churn_horizon_days=(Count, 90), cutoff_count=(Count, 6),
)  # fmt: skip
Models = create_model("Models", __base__=Entry, churn=(Churn, Field(default_factory=Churn)))
