"""The command `nocturne`, its embedded database server, and Airflow in process."""
