"""What `nocturne export` prints."""

import click

from nocturne.documents import reports
from pipelines.delivery import export
from pipelines.deployment import Deployment

NONE = (
    "Nothing to deliver: the configuration has no destination. config/destinations.yml of the demo "
    "shows how one is written."
)


def show(deployment: Deployment, destination: str | None, *, dry_run: bool, as_json: bool) -> None:
    """Deliver what is due, and print what came of each destination."""
    delivered = export.deliver(deployment, destination, dry_run)
    if as_json:
        reports.write(reports.of_deliveries(delivered))
        return
    for each in delivered:
        click.echo(each.sentence)
    if not delivered:
        click.echo(NONE)
