# Not unused: pytest finds a fixture by its name in a conftest.
from tests.airflow_home import airflow_home, enter, the_dag  # noqa: F401
