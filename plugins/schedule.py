"""The timetable of nights: once per business day, from the first to the last of a schedule.

The end stands here and not in the DAG's `end_date`, because then Airflow 3.3 lets a manual run
whose logical date is later succeed without running a task.
"""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pendulum
from airflow.timetables.base import DagRunInfo, DataInterval, TimeRestriction
from airflow.timetables.interval import CronDataIntervalTimetable

from plugins import business_day

MIDNIGHT = "0 0 * * *"
UNNAMED = "manual__night__"  # begins the id of a run by hand, until run_names has put in its day


class BusinessDays(CronDataIntervalTimetable):
    """Runs each business day after it has ended; its data interval is that day.

    A backfill names its own days and is not held to the schedule.
    """

    def __init__(self, time_zone: str, first: date | None = None, last: date | None = None) -> None:
        super().__init__(MIDNIGHT, timezone=time_zone)
        self.time_zone, self.first, self.last = time_zone, first, last
        self.description = "After each business day"

    @property
    def summary(self) -> str:
        """What the web UI shows as the schedule."""
        return "business days"

    def serialize(self) -> dict[str, Any]:
        """Return what `deserialize` takes, as JSON."""
        days = {"first": self.first, "last": self.last}
        text = {name: day.isoformat() if day else None for name, day in days.items()}
        return {"time_zone": self.time_zone, **text}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> "BusinessDays":
        """Return the timetable that was serialized."""
        first, last = (date.fromisoformat(data[k]) if data[k] else None for k in ("first", "last"))
        return cls(data["time_zone"], first, last)

    def next_dagrun_info(
        self,
        *,
        last_automated_data_interval: DataInterval | None,
        restriction: TimeRestriction,
    ) -> DagRunInfo | None:
        """Return the next run; the scheduler gets None when the schedule has ended."""
        return super().next_dagrun_info(
            last_automated_data_interval=last_automated_data_interval,
            restriction=restriction if restriction.catchup else self._within(restriction),
        )

    def generate_run_id(
        self, *, run_type: Any, run_after: Any, data_interval: DataInterval | None, **extra: Any
    ) -> str:
        """Return an id with the business day, which that of a run by hand gets in run_names."""
        if run_type == "manual" or data_interval is None:
            return f"{UNNAMED}{run_after.isoformat()}"
        return f"{run_type}__{business_day.as_of(data_interval.start, self.time_zone)}"

    def run_info_from_dag_run(self, *, dag_run: Any) -> DagRunInfo:
        """Return what the next run follows on, with its interval: Airflow drops that of a key."""
        info = super().run_info_from_dag_run(dag_run=dag_run)
        ends = dag_run.data_interval_start, dag_run.data_interval_end
        return info._replace(data_interval=DataInterval(*map(pendulum.instance, ends)))

    def _within(self, restriction: TimeRestriction) -> TimeRestriction:
        """Narrow what the scheduler may run to the schedule.

        The DAG does not catch up, so that a restriction which does comes from a backfill.
        """
        starts = [day for day in (restriction.earliest, self._midnight(self.first)) if day]
        ends = [day for day in (restriction.latest, self._midnight(self.last)) if day]
        return TimeRestriction(
            max(starts, default=None), min(ends, default=None), restriction.catchup
        )

    def _midnight(self, day: date | None) -> pendulum.DateTime | None:
        if day is None:
            return None
        start = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(self.time_zone))
        return pendulum.instance(start).in_timezone("UTC")
