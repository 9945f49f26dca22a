"""What the tests of checking have in common: a till that is landed and checked, day by day."""

from datetime import UTC, datetime, timedelta

from pipelines.checking import check
from pipelines.landing import land
from tests.support.orders import line
from tests.support.shop import LINE_COLUMNS


def judge(shop):
    """Land and check what is there; return the number of batches judged."""
    opened = shop.deployment()
    try:
        land.land(opened)
        return check.check(opened)
    finally:
        opened.warehouse.close()


def broken(shop):
    """Return the sentences of broken rules by batch and rule."""
    found = shop.query("select * from ops.contract_results where not success order by 1, 2")
    return {(row["batch_id"], row["rule"]): row["sentence"] for row in found}


def states(shop):
    """Return the state of each batch under the newest contracts."""
    found = shop.query(
        "select state from ops.batch_states s where staging_version = (select staging_version"
        " from ops.batch_states b order by b.batch_id desc, b.ctid desc limit 1) order by batch_id"
    )
    return [row["state"] for row in found]


class Till:
    """A till whose file of a day comes in the morning after."""

    def __init__(self, shop):
        self.shop = shop
        self.count = 0
        shop.clock = lambda: self.now
        self.now = datetime(2026, 11, 1, tzinfo=UTC)

    def write(self, day, rows, **more):
        """Write the file of a day with so many new lines; the clock goes to the next morning."""
        self.now = datetime(day.year, day.month, day.day, 3, tzinfo=UTC) + timedelta(days=1)
        first, self.count = self.count, self.count + rows
        lines = [line(f"o{n}", str(day), **more) for n in range(first, self.count)]
        columns = [*LINE_COLUMNS, *(name for name in more if name not in LINE_COLUMNS)]
        self.shop.write(f"till/{day}.csv", lines, columns)

    def day(self, day, rows, **more):
        """Receive a day."""
        self.write(day, rows, **more)
        judge(self.shop)
