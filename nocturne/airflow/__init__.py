"""Airflow in process: its home, a DAG run, its web UI."""
