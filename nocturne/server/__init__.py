"""The embedded PostgreSQL server: started, stopped, its processes, its URLs."""
