"""Files read through one SELECT: tables made of them in a DuckDB that reaches nothing else."""
