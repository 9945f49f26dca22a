"""The rules of the house: arrows, rooms, sizes, heads, no clock below the rim, comments."""

import ast
import re
import shutil
import statistics
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipelines.configuration.versions import BUILD_CODE, STAGE_CODE
from pipelines.hashing import code_hash
from pipelines.steps import BUILD, RECEIVE
from tests.support import house
from tests.support.shop import CHECKOUT

TOPS = ("nocturne", "dags", "plugins", "pipelines", "models", "expectations", "examples", "bench")
ARROWS = {
    "nocturne": {"dags", "plugins", "pipelines", "examples"},
    "dags": {"plugins", "pipelines"},
    "plugins": {"pipelines"},
    "pipelines": {"models", "expectations"},
    "models": set(),
    "expectations": set(),
    "examples": set(),
}
# Of the rooms below pipelines/, in the data's order; each may also import what lies on the ground
# (pipelines/*.py), and only a room above it in this table.
GROUND = {"configuration", "warehouse"}
NIGHT = {"attempts", *GROUND}
ROOM_ARROWS = {
    "configuration": set(),
    "warehouse": {"configuration"},  # the catalogue, of which the views of marts are made
    "contracts": {"warehouse"},
    "mapping": GROUND,
    "sources": {"configuration"},
    "landing": {"mapping", "sources", *GROUND},
    "checking": {"contracts", "mapping", *GROUND},
    "staging": {"checking", "mapping", *GROUND},
    "quarantine": {"landing", "checking", "staging", "mapping", *GROUND},
    "check_sources": {"contracts", "landing", "mapping", "sources", *GROUND},
    "first_config": {"sources", "configuration"},  # before there is a warehouse
    "attempts": {"contracts", *GROUND},
    "people": NIGHT,
    "features": NIGHT,
    "scoring": {"features", *NIGHT},
    "segments": {"features", *NIGHT},
    "drift": {"segments", *NIGHT},
    "training": {"people", "features", "scoring", "segments", "drift", *NIGHT},
    "publishing": {"contracts", "segments", *NIGHT},
    "delivery": NIGHT,
    "nights": {"checking", "staging", *NIGHT},
    "backfills": {"nights", "delivery", *NIGHT},
    "retention": {"drift", "delivery", *GROUND},
}
# Which rooms read the statements of a folder of sql/, beside the room of the same name.
ALSO_READ_BY = {
    "contracts": {"landing", "checking", "publishing"},
    "mapping": {"landing", "check_sources"},
    "landing": {"quarantine", "check_sources"},
    "attempts": {"training"},
    "features": {"segments", "publishing"},
    "drift": {"retention"},
    "nights": {"backfills"},
    "checking": {"check_sources"},
    "staging": {"quarantine"},
    "warehouse": {"attempts", "nights"},
}
# Imported where they are needed: each takes seconds, or is asked for by few, or not everywhere.
HEAVY = {
    "adbc_driver_manager", "adbc_driver_postgresql", "airflow", "duckdb", "evidently", "fcntl",
    "fsspec", "great_expectations", "holidays", "matplotlib", "mlflow", "models", "pandas",
    "phonenumbers", "pyarrow", "scipy", "sklearn", "sqlalchemy", "tenacity", "xgboost",
}  # fmt: skip
PYTHON = sorted(path for top in TOPS for path in (CHECKOUT / top).rglob("*.py"))
STATEMENTS = sorted((CHECKOUT / "sql").rglob("*.sql"))
# Of the rooms that read single rows of ops; every other SELECT makes rows and states its grain.
RECORDS = {"attempts", "backfills", "drift", "publishing", "retention", "schema", "warehouse"}
SELECTS = [path for path in STATEMENTS if not RECORDS & {*path.relative_to(CHECKOUT).parts}]


def name(path: Path) -> str:
    return str(path.relative_to(CHECKOUT))


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return found


@pytest.mark.parametrize("top", ARROWS)
def test_a_folder_imports_only_what_lies_below_it(top):
    for path in (CHECKOUT / top).rglob("*.py"):
        used = {module.split(".")[0] for module in imports(path)} & set(TOPS) - {top}
        assert used <= ARROWS[top], f"{name(path)} imports {used - ARROWS[top]}"


def test_arrows_between_rooms_are_those_of_the_table():
    found: dict[str, set[str]] = {}
    for module in house.MODULES:
        room = house.room_of(module)
        if module.startswith("pipelines.") and room != "pipelines":
            used = {house.room_of(each) for each in house.imports_of(module)}
            rooms = used - {room, "pipelines", "models", "expectations"}
            found.setdefault(room, set()).update(rooms)
    assert set(found) == set(ROOM_ARROWS)
    for room, rooms in found.items():
        assert rooms <= ROOM_ARROWS[room], f"{room} imports {rooms - ROOM_ARROWS[room]}"
    assert house.circle(ROOM_ARROWS) is None


def test_no_module_imports_itself_by_way_of_others():
    assert house.circle({module: house.imports_of(module) for module in house.MODULES}) is None


LISTS = {CHECKOUT / "models", CHECKOUT / "expectations"}  # of estimators, of tables


def test_a_room_is_seen_at_a_glance():
    for folder in {path.parent for path in house.MODULES.values()} - LISTS:
        modules = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
        assert len(modules) <= 12, f"{name(folder)} has {len(modules)} modules"
        assert ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8")))


@pytest.mark.parametrize("top", ["pipelines", "models", "expectations", "plugins", "dags"])
def test_only_heavy_libraries_are_imported_inside_functions(top):
    for path in (CHECKOUT / top).rglob("*.py"):
        inner = {module.split(".")[0] for module in house.inner_imports(path)}
        assert inner <= HEAVY, f"{name(path)} imports {inner - HEAVY} inside a function"


def test_every_statement_is_read_by_its_room_and_by_those_of_the_table():
    readers: dict[str, set[str]] = {room: set() for room in house.SQL_ROOMS}
    for module in house.MODULES:
        for room in house.sql_rooms_read(module):
            readers[room].add(house.room_of(module))
    expected = {room: {room} | ALSO_READ_BY.get(room, set()) for room in readers}
    expected["summary"] = {"nocturne"}
    assert readers == expected


def test_every_statement_is_read_by_somebody():
    text = "".join(path.read_text(encoding="utf-8") for path in house.MODULES.values())
    made = ("hashed_", "new_", "seen_", "insert_", "record_", "superseded")  # f"…/new_{entity}"
    made += ("duplicates_in_file", "repeated")  # f"landing/{table}"
    whole = {"features", "mapping"}  # f"features/{stage}": named in a list, or an entity
    for statement in house.STATEMENTS:
        room, _, rest = statement.partition("/")
        is_listed = room in whole or any(rest.startswith(prefix) for prefix in made)
        if room != "schema":
            assert is_listed or f'"{statement}"' in text, statement


# Which definitions below sql/schema decide rows: those whose functions and tables the statements
# of a step read or fill.
STAGE_SCHEMA = ("1_raw", "2_quarantine", "3_staging")
BUILD_SCHEMA = ("3_staging", "4_identity", "5_features")


def code_of(steps, schemas):
    """Return the files and folders that decide what some steps make, by imports and statements."""
    starts = [f"pipelines.{step.module}" for step in steps]
    starts += [
        f"expectations.{path.stem}"
        for path in (CHECKOUT / "expectations").glob("*.py")
        if path.name != "__init__.py"
    ]  # imported by the name of a table
    code = {f"sql/schema/{schema}" for schema in schemas}
    for module in house.reached(starts):
        top, *rest = module.split(".")
        if top == "pipelines":
            code.add(f"pipelines/{rest[0]}" if len(rest) > 1 else f"pipelines/{rest[0]}.py")
            code |= {f"sql/{room}" for room in house.sql_rooms_read(module)}
        else:
            code.add(top)
    return code


def test_what_decides_the_rows_of_a_night_is_what_its_steps_reach():
    steps = [*BUILD, BUILD[0]._replace(module="attempts.claims")]
    assert set(BUILD_CODE) == code_of(steps, BUILD_SCHEMA)


def test_what_decides_staged_rows_is_what_check_and_stage_reach():
    assert set(STAGE_CODE) == code_of(RECEIVE[1:], STAGE_SCHEMA)


def copy_of_the_code(to: Path) -> Path:
    for top in ("pipelines", "models", "expectations", "nocturne", "plugins", "dags", "sql"):
        shutil.copytree(CHECKOUT / top, to / top, ignore=shutil.ignore_patterns("__pycache__"))
    return to


def folders_with_code() -> list[str]:
    tops = {"models", "expectations", "plugins", "dags"}
    pipelines = {f"pipelines/{room}" for room in ROOM_ARROWS}
    shown = {f"nocturne/{path.name}" for path in (CHECKOUT / "nocturne").iterdir() if path.is_dir()}
    sql = {f"sql/{room}" for room in house.SQL_ROOMS}
    schemas = {
        f"sql/schema/{path.name}" for path in (CHECKOUT / "sql/schema").iterdir() if path.is_dir()
    }
    return sorted(f for f in tops | pipelines | shown | sql | schemas if "__pycache__" not in f)


@pytest.mark.parametrize("folder", folders_with_code())
def test_a_comment_makes_other_code_where_rows_are_decided_and_nowhere_else(folder, tmp_path):
    root = copy_of_the_code(tmp_path)
    before = {code: code_hash(root, code) for code in (BUILD_CODE, STAGE_CODE)}
    files = [path for path in (root / folder).rglob("*") if path.suffix in (".py", ".sql")]
    changed = files[len(folder) % len(files)]
    mark = "#" if changed.suffix == ".py" else "--"
    changed.write_text(changed.read_text("utf-8") + f"\n{mark} a comment\n", encoding="utf-8")
    for code in (BUILD_CODE, STAGE_CODE):
        decides = any(folder == each or folder.startswith(f"{each}/") for each in code)
        assert (code_hash(root, code) != before[code]) is decides


def test_receiving_delivering_and_showing_make_no_night_other_code():
    for code in (BUILD_CODE, STAGE_CODE):
        for room in ("sources", "landing", "quarantine", "delivery", "nights", "retention"):
            assert not any(each.startswith(f"pipelines/{room}") for each in code)
        assert not any(
            each.startswith(("nocturne", "plugins", "dags", "sql/summary")) for each in code
        )


def test_only_airflows_rooms_know_airflow():
    for path in PYTHON:
        room = path.relative_to(CHECKOUT).parts[0]
        if any(module.split(".")[0] == "airflow" for module in imports(path)):
            assert room in ("dags", "plugins", "nocturne"), name(path)


def test_nothing_below_the_rim_reads_a_clock_or_the_environment():
    reads = re.compile(
        r"\b(datetime\.now|date\.today|time\.time\(|utcnow|os\.environ\b(?!\.setdefault)|getenv)"
    )
    for path in PYTHON:
        if path.relative_to(CHECKOUT).parts[0] in ("pipelines", "models", "expectations"):
            found = reads.search(path.read_text(encoding="utf-8"))
            assert not found, f"{name(path)} has {found[0]}"


def test_no_statement_reads_a_clock():
    for path in STATEMENTS:
        text = path.read_text(encoding="utf-8").lower()
        assert not re.search(r"\b(now\(\)|current_date|current_timestamp|clock_timestamp)", text), (
            name(path)
        )


def test_files_and_functions_are_short_enough_to_read():
    lengths = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in PYTHON}
    assert {path: n for path, n in lengths.items() if n > 250} == {}
    assert {path: n for path, n in lengths.items() if path.startswith("dags/") and n > 120} == {}
    functions = {}
    for path in PYTHON:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                functions[f"{name(path)}:{node.name}"] = (node.end_lineno or 0) - node.lineno + 1
    assert {key: n for key, n in functions.items() if n > 50} == {}
    assert statistics.median(functions.values()) <= 12


def parameters(function: ast.FunctionDef) -> int:
    """Count the parameters of a function, each member of a tuple for one."""
    every = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return sum(members(each.annotation) for each in every if each.arg not in ("self", "cls"))


def members(annotation: ast.expr | None) -> int:
    if not isinstance(annotation, ast.Subscript) or ast.unparse(annotation.value) != "tuple":
        return 1
    listed = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [0]
    return 1 if ast.unparse(annotation.slice).endswith("...)") else len(listed)


def test_a_function_takes_few_enough_things_to_remember():
    many = {}
    for path in PYTHON:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and parameters(node) > 4:
                many[f"{name(path)}:{node.name}"] = parameters(node)
    assert many == {}


def test_statements_say_what_they_are_and_are_short():
    for path in STATEMENTS:
        lines = path.read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith("-- "), name(path)
        assert len(lines) <= 120, name(path)
    for path in SELECTS:
        head = path.read_text(encoding="utf-8")
        if head.lstrip("-").lower().find("select") >= 0 and "insert into" not in head:
            assert "-- grain: " in head, name(path)


def test_modules_begin_with_a_sentence():
    for path in PYTHON:
        doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        assert doc, name(path)
        assert doc.splitlines()[0].endswith((".", ":")), name(path)


@pytest.fixture(scope="module")
def database(new_database):
    from datetime import UTC, datetime

    from pipelines.warehouse import migrate
    from pipelines.warehouse.connection import Warehouse

    warehouse = Warehouse(new_database(), lambda: datetime.now(UTC))
    migrate.bring_up_to_date(warehouse)
    with warehouse.begin() as connection:
        yield connection
    warehouse.close()


def test_everything_public_carries_a_comment(database):
    bare = database.execute(
        sa.text("""
        select c.oid::regclass::text || coalesce('.' || a.attname, '') as name
        from pg_class as c
        cross join lateral (
            select attnum, attname from pg_attribute where attrelid = c.oid and attnum > 0
            and not attisdropped union all select 0, null
        ) as a
        where c.relnamespace in (to_regnamespace('marts'), to_regnamespace('ops'))
            and c.relkind in ('r', 'v', 'p')
            and col_description(c.oid, a.attnum) is null
            and (a.attnum > 0 or obj_description(c.oid, 'pg_class') is null)
    """)
    ).scalars()
    assert sorted(bare) == []


def test_the_public_views_have_the_columns_of_the_contract(database):
    contract = {
        "customer_segments": "person_id segments cluster cluster_name",
        "members": "person_id as_of source entity record_ref linked_on evidence",
        "segment_membership": "person_id segment entered_on left_on reason",
        "segment_summary": "segment as_of people entered left spend churn",
        "segment_movement": "as_of from_segment to_segment people",
        "customer_scores": "person_id as_of churn_probability churn_reasons expected_spend",
    }
    for view, columns in contract.items():
        found = [c["name"] for c in sa.inspect(database).get_columns(view, schema="marts")]
        missing = [column for column in columns.split() if column not in found]
        assert missing == [], view


def test_a_database_brought_up_twice_is_left_alone(database):
    from pipelines.warehouse.statements import value

    assert value(database, "warehouse/schema_version").startswith("schema ")
