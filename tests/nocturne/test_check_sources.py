"""`nocturne check-sources`, as it is read on a terminal of 80 columns."""

import pytest
from click.testing import CliRunner

from nocturne.cli import main
from tests.support import schema_shops
from tests.support.shop import Shop, environment


@pytest.fixture
def run(new_shop, monkeypatch):
    shop = new_shop()

    def run_with(*names: str):
        for key, value in environment(shop).items():
            monkeypatch.setenv(key, value)
        shop.deployment().warehouse.close()
        done = CliRunner().invoke(main, ["check-sources", *names])
        return done.exit_code, done.output

    run_with.shop = shop
    return run_with


def configure(shop: Shop, **more) -> None:
    schema_shops.configure(shop, "shopify", **more)


def test_what_is_found_mapped_and_read_fits_into_80_columns(run):
    configure(run.shop)
    code, said = run()
    assert code == 0
    assert max(map(len, said.splitlines())) <= 80
    for expected in (
        "shop_order_lines order_lines, csv",
        "{home}/in/*.csv",
        "shopify.csv (2,527 bytes): would land.",
        "ordered_at         ← Created at; read as %Y-%m-%d %H:%M:%S %z",
        "2026-11-02 09:15:30",
        "values are not read as",
        "kept in attributes: ",
        "Paid at",
        "No faults. Nothing was written",
    ):
        assert expected in said


def test_a_fault_is_exit_code_1_and_marked_where_it_is_seen(run):
    columns = {"net_amount": {"from": "Lineitem name", "decimal": ","}}
    configure(run.shop, order_lines={"columns": columns}, returns=False, discounts=False)
    code, said = run("shop_order_lines")
    assert code == 1
    assert "✗ Tee, blue / S" in said
    assert "FAULT Lineitem name: 9 of 9 values are not read with ',' before decimals" in said
    assert "1 fault to mend, in shop_order_lines." in said


def test_a_faulty_configuration_is_told_whole_before_any_source_is_asked(run):
    shop = run.shop
    configure(shop)
    shop.config.joinpath("sources.yml").write_text("sources: {a: {schema: x}, b: {schema: y}}")
    done = CliRunner().invoke(main, ["check-sources"])
    assert done.exit_code == 1
