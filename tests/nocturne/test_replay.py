"""What `nocturne replay` says is what was done, and what to do next."""

import pytest
from click.testing import CliRunner

from nocturne import cli
from tests.support.orders import D, line
from tests.support.replayed_rows import act
from tests.support.shop import LINE_COLUMNS, environment


@pytest.fixture
def nocturne(new_shop, monkeypatch):
    """Return a shop with bad rows, and the command run in its environment."""
    from pipelines.nights import runner

    shop = new_shop(freshness_days=30, night_on_refused="go_on")
    rows = [line(f"o{n}", str(D), quantity="?") for n in range(3)]
    shop.write("till/1.csv", [*rows, line("good", str(D))], LINE_COLUMNS)
    shop.write("till/2.csv", [line("o0", str(D))], LINE_COLUMNS)
    act(shop, runner.receive)
    for name, value in environment(shop).items():
        monkeypatch.setenv(name, value)

    def run(*arguments):
        done = CliRunner().invoke(cli.main, arguments)
        return done.exit_code, done.output

    return shop, run


def test_without_a_repaired_row_it_says_what_one_is(nocturne):
    _, run = nocturne
    code, said = run("replay")
    assert code == 0
    assert said.startswith("Nothing to replay: no row in quarantine is repaired")


def test_it_tells_what_landed_what_is_broken_still_and_what_is_newer(nocturne):
    shop, run = nocturne
    shop.query(
        "update quarantine.rows set repaired = convert_from(content, 'UTF8')::jsonb ||"
        " jsonb_build_object('quantity', case row_no when 3 then 'x' else '2' end)"
    )
    assert run("replay") == (
        0,
        "till: repaired rows are batch 3: 2 new rows.\n"
        "1 of them are broken still and lie in quarantine again, under batch 3.\n"
        "The next night counts them; `nocturne status` tells which are outdated now.\n"
        "till, batch 1, row 1: left, as its key came again in batch 2, which is newer than the "
        "repaired row.\n",
    )


def test_a_refused_batch_is_accepted_once_and_what_cannot_be_is_told(nocturne):
    shop, run = nocturne
    rows = [line(f"x{n}", "?") for n in range(30)]
    shop.write("till/3.csv", [*rows, line("new", str(D))], LINE_COLUMNS)
    assert run("land")[0] == 0
    code, said = run("replay", "--accept", "3")
    assert (code, said) == (
        0, "till, 3.csv: batch 3 is accepted as batch 4: 31 rows.\n1 rows staged.\n",
    )  # fmt: skip
    assert "accepted before, as batch 4. Nothing was added." in run("replay", "--accept", "3")[1]
    code, said = run("replay", "--accept", "1")
    assert (code, said[:53]) == (1, "nocturne: batch 1 (till, 1.csv) is not refused, it is")
