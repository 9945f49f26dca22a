"""What became of rows that were put back on their way."""


def act(shop, action, *arguments):
    opened = shop.deployment()
    try:
        return action(opened, *arguments)
    finally:
        opened.warehouse.close()


def fates(shop):
    found: dict = {}
    for row in shop.query("select * from ops.fates order by batch_id, fate"):
        found.setdefault(row["batch_id"], {})[row["fate"]] = row["row_count"]
    return found


def adds_up(shop):
    [row] = shop.query(
        "select (select sum(received_count) from ops.batches) = (select sum(row_count) from"
        " ops.fates) as adds_up"
    )
    return row["adds_up"]


def lines(shop):
    found = shop.query(
        "select order_id, batch_from, ordered_on, quantity from staging.order_lines"
        " where batch_to > 1000000 order by 1"
    )
    return {
        row["order_id"]: (row["batch_from"], str(row["ordered_on"]), int(row["quantity"]))
        for row in found
    }
