"""Tables and queries of other databases: PostgreSQL by ADBC, any other by its driver."""
