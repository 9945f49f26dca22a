"""The Airflow plugin: registers the timetable and the deadline of the DAG."""

from typing import Any, ClassVar

from airflow.plugins_manager import AirflowPlugin

from plugins import run_names
from plugins.policies import EndOfDay
from plugins.schedule import BusinessDays


class NocturnePlugin(AirflowPlugin):
    """Found by its entry point in setup.py; the plugins folder stays empty."""

    name = "nocturne"
    timetables: ClassVar[list[Any]] = [BusinessDays]
    deadline_references: ClassVar[list[Any]] = [EndOfDay]
    listeners: ClassVar[list[Any]] = [run_names]

    @classmethod
    def on_load(cls, *args: Any, **kwargs: Any) -> None:
        """Name the runs that this process makes."""
        run_names.listen()
