"""What a new server is given: its settings, its roles, its databases."""

from nocturne.server import urls as server_urls

# Written into postgresql.conf when the data is made; who has a larger machine changes them there.
FIRST_SETTINGS = {
    "max_connections": "100",
    "max_locks_per_transaction": "256",  # a query over every night locks each of its partitions
    "shared_buffers": "512MB",
    "dynamic_shared_memory_type": "sysv",  # a container's /dev/shm holds 64 MB, too few to join in
    "effective_cache_size": "4GB",
    "work_mem": "64MB",
    "maintenance_work_mem": "256MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "max_wal_size": "4GB",
    "min_wal_size": "256MB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
}

# Given at every start: what Nocturne promises about its server.
PROMISED_SETTINGS = {
    "listen_addresses": server_urls.ADDRESS,
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "TimeZone": "UTC",
    "log_timezone": "UTC",
    "client_connection_check_interval": "1s",
    "fsync": "on",
    "autovacuum": "on",
}

# The roles come before every schema, so they stand here and not under sql/.
ROLES_AND_DATABASES = (
    "create role nocturne_owner login",
    "create role nocturne_analyst login",
    "alter role nocturne_analyst set default_transaction_read_only = on",
    "alter role nocturne_analyst set search_path = marts, ops",
    "create role airflow login",
    "create role mlflow login",
    "create database nocturne owner nocturne_owner",
    "create database airflow owner airflow",
    "create database mlflow owner mlflow",
    "revoke all on database nocturne, airflow, mlflow, postgres, template1 from public",
    "grant connect on database nocturne to nocturne_analyst",
)
