"""What Airflow needs from us: a timetable, a deadline, a notifier, and what its tasks do."""
