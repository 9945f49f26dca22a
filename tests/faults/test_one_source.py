"""A fault in any step of receiving one source stops no other, and its rows come when it can."""

import importlib

import pytest

from pipelines.checking import check
from pipelines.configuration.model import Source
from pipelines.errors import BatchRefused, SourceUnavailable
from pipelines.landing import land
from pipelines.staging import stage
from tests.support.receiving import unbalanced
from tests.support.shop import LINE_COLUMNS, Shop, source

TILL, OTHER = "till", "other"
# Every function that receiving calls for one source, or for one batch of one.
STEPS = {
    "landing": (
        "land.reader_of",
        "land._asked",
        "land._landed_before",
        "inbox.receive",
        "inbox._without_blanks",
        "inbox.column_select.of_columns",
        "batch.column_select.mapped",
        "batch.move",
        "batch.row_keys.keyed",
        "batch.raw_partitions.store",
        "batch.inbox.keep_unreadable",
    ),
    "checking": (
        "check._judge_landings",
        "check._judge_source",
        "check._judge_rows",
        "check.typed",
        "check.broken_rules.collect",
        "check.source_history.read_history",
        "check.source_history.profile",
        "batch_checks.baseline.unusual_shares",
        "check.source_history.keep",
        "check.record",
    ),
    "staging": (
        "stage.stage_batch",
        "stage.binds_of",
        "stage.exclude_accounts.keep_excluded",
        "stage._close_replaced",
        "stage._keep_who_was_seen",
        "sightings.keep",
    ),
}


def lines(first: int, amount: str = "10") -> list[dict[str, str]]:
    return [
        {"order_id": f"o{n}", "line_no": "1", "ordered_at": f"2026-11-{1 + n % 20:02}",
         "customer_ref": f"c{n}", "quantity": "1", "net_amount": amount}
        for n in range(first, first + 4)
    ]  # fmt: skip


@pytest.fixture
def shop(new_shop) -> Shop:
    shop = new_shop(night_on_refused="go_on")
    tills = {name: source("order_lines", f"{name}/*.csv", LINE_COLUMNS) for name in (TILL, OTHER)}
    shop.configure("sources", {"sources": tills})
    return shop


def receive(shop: Shop) -> list[land.Landed]:
    opened = shop.deployment()
    try:
        landed = land.land(opened)
        check.check(opened)
        stage.stage(opened)
    finally:
        opened.warehouse.close()
    return landed


def concerns(value: object, name: str) -> bool:
    """Return whether an argument is of a source, by itself or as one of several."""
    if isinstance(value, Source):
        return value.name == name
    if isinstance(value, list | tuple):
        return any(concerns(each, name) for each in value)
    try:
        return value["source"] == name  # type: ignore[index]
    except (TypeError, KeyError, IndexError):
        return getattr(getattr(value, "source", None), "name", None) == name


@pytest.fixture
def break_step(monkeypatch):
    """Let a function fail when it is called for a source, or behind one that was."""

    def make(step: str, name: str = TILL, error: Exception | None = None) -> list[int]:
        module, function = step.rsplit(".", 1)
        holder = importlib.import_module("pipelines." + ".".join(module.split(".")[:2]))
        for attribute in module.split(".")[2:]:
            holder = getattr(holder, attribute)
        sound, calls = getattr(holder, function), []
        current = _current_source(monkeypatch)

        def failing(*arguments, **named):
            values = [*arguments, *named.values()]
            told = any(concerns(value, each) for value in values for each in (TILL, OTHER))
            if any(concerns(value, name) for value in values) or (not told and current[0] == name):
                calls.append(1)
                raise error or ValueError("year 10000 is out of range")
            return sound(*arguments, **named)

        monkeypatch.setattr(holder, function, failing)
        return calls

    return make


def _current_source(monkeypatch) -> list[str | None]:
    """Keep which source is received, for functions that are not handed one."""
    current: list[str | None] = [None]

    def follow(holder, function, name_of):
        sound = getattr(holder, function)

        def followed(*arguments, **named):
            current[0] = name_of(arguments)
            return sound(*arguments, **named)

        monkeypatch.setattr(holder, function, followed)

    follow(land, "land_source", lambda arguments: arguments[1].name)
    follow(check, "_judge_source", lambda arguments: arguments[1][0]["source"])
    follow(stage, "stage_batch", lambda arguments: arguments[2].name)
    return current


def staged(shop: Shop, name: str, first: int = 1) -> list[tuple[str, int]]:
    found = shop.query(
        "select order_id, net_amount from staging.order_lines where source = :name"
        " and batch_to = 9223372036854775807 and order_id = any(:orders) order by order_id",
        name=name, orders=[f"o{first * 10 + n}" for n in range(6)],
    )  # fmt: skip
    return [(row["order_id"], int(row["net_amount"])) for row in found]


def whole(first: int = 1) -> list[tuple[str, int]]:
    return [(f"o{first * 10 + n}", 10 if n < 2 else 20) for n in range(6)]


def write(shop: Shop, first: int = 1) -> None:
    """Write two files of each source: the second corrects lines of the first and has a torn row."""
    for name in (TILL, OTHER):
        shop.write(f"{name}/{first}-1.csv", lines(first * 10), LINE_COLUMNS)
        shop.write(f"{name}/{first}-2.csv", lines(first * 10 + 2, "20"), LINE_COLUMNS)
        with (shop.home / name / f"{first}-2.csv").open("a") as file:
            file.write("cut,off\n")


@pytest.mark.parametrize("room", ["landing", "checking", "staging"])
def test_a_fault_of_one_source_stops_no_other_and_is_made_good(shop, break_step, monkeypatch, room):
    """Step by step one source fails and the other, which failed before, makes that good."""
    for number, step in enumerate(STEPS[room], 11):
        failing, sound = (TILL, OTHER) if number % 2 else (OTHER, TILL)
        write(shop, number)
        calls = break_step(f"{room}.{step}", failing)
        receive(shop)
        monkeypatch.undo()
        assert calls, step
        assert staged(shop, failing, number) == [], step
        for each in {number, max(number - 1, 11)}:
            assert staged(shop, sound, each) == whole(each), step
        assert unbalanced(shop) == [], step
    receive(shop)
    for name in (TILL, OTHER):
        for number, step in enumerate(STEPS[room], 11):
            assert staged(shop, name, number) == whole(number), step
    assert unbalanced(shop) == []
    told = shop.query(
        "select s.reason from ops.batches b join ops.batch_states s using (batch_id)"
        " where s.state = 'refused'"
    )
    assert any("a fault of Nocturne's own (ValueError: year 10000" in row["reason"] for row in told)
    for log in (shop.home / "logs").glob("fault-*.log"):
        assert "ValueError: year 10000 is out of range" in log.read_text()


@pytest.mark.parametrize("step", ["landing.batch.move", "checking.check._judge_rows",
                                  "staging.stage.stage_batch"])  # fmt: skip
def test_a_fault_that_stays_is_tried_no_third_time_and_holds_up_nobody(shop, break_step, step):
    write(shop)
    break_step(step)
    for _ in range(3):
        receive(shop)
    before = shop.query("select count(*) as n from ops.batches")
    receive(shop)
    assert shop.query("select count(*) as n from ops.batches") == before
    shop.write(f"{OTHER}/3.csv", lines(30), LINE_COLUMNS)
    receive(shop)
    assert len(staged(shop, OTHER, 3)) == 4
    assert unbalanced(shop) == []


@pytest.mark.parametrize("step", ["landing.batch.move", "checking.check._judge_rows",
                                  "staging.stage.stage_batch"])  # fmt: skip
def test_a_night_that_is_to_stop_for_refused_batches_stops_for_a_fault(shop, break_step, step):
    shop.configure("settings", {"business_time_zone": "UTC"})
    write(shop)
    break_step(step)
    with pytest.raises(BatchRefused, match="fault of Nocturne's own"):
        receive(shop)
    with pytest.raises(BatchRefused):
        receive(shop)


def test_a_source_that_fails_before_it_names_a_file_is_told_after_the_others(shop, break_step):
    shop.configure("settings", {"business_time_zone": "UTC"})
    write(shop)
    break_step("landing.land.reader_of")
    with pytest.raises(SourceUnavailable, match="till cannot be received: this is a fault"):
        receive(shop)
    assert len(shop.query("select batch_id from ops.batches where source = 'other'")) == 2
