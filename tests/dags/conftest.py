from tests.support.airflow_home import airflow_home, enter, the_dag  # noqa: F401 - fixtures, found by name
