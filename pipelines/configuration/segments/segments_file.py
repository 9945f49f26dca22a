"""The content of segments.yml: a condition per name, in order of precedence."""

import re
from collections.abc import Iterator
from typing import Any

from pydantic import Field

from pipelines.configuration.faults import Entry, Fault, Name
from pipelines.configuration.model import Segment
from pipelines.configuration.segments.conditions import NO_SEGMENT, check_condition


class SegmentEntry(Entry):
    """One segment: what it means, and who is in it."""

    description: str | None = Field(None, description="a sentence")
    condition: str = Field(description="SQL such as order_count > 3")

    @classmethod
    def rules(cls, content: dict[str, Any], context: Any) -> Iterator[Fault]:
        """Yield what is wrong with the condition."""
        faults: list[str] = []
        if isinstance(content.get("condition"), str):
            check_condition("", content["condition"], faults)
        for fault in faults:
            yield (), fault

    def segment(self, name: str) -> Segment:
        """Return the segment as the pipeline reads it."""
        needs = check_condition(name, self.condition, [])
        return Segment(name, self.description or "", self.condition, needs)


class SegmentsFile(Entry):
    """segments.yml: who belongs together."""

    segments: dict[Name, SegmentEntry] = Field(
        default_factory=dict, description="names, each with a condition"
    )

    @classmethod
    def rules(cls, content: dict[str, Any], context: Any) -> Iterator[Fault]:
        """Yield names that are none."""
        segments = content.get("segments")
        for name in segments if isinstance(segments, dict) else []:
            if not isinstance(name, str) or not re.fullmatch("[a-z][a-z0-9_]*", name):
                yield (
                    ("segments", str(name)),
                    (
                        " is no name; expected small letters, digits and _, quoted if YAML reads "
                        "it as something else (yes, no, on, off)."
                    ),
                )
            elif name == NO_SEGMENT:
                yield (
                    ("segments", str(name)),
                    (" is what the primary segment of people in no segment is called."),
                )
