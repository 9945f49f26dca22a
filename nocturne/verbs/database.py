"""Verbs of the database: start and stop it, open it, let an analyst in."""

import os

import click

from nocturne import environment
from nocturne.server import server


@click.command()
def up() -> None:
    """Start the embedded database, bring schemas up to date."""
    from nocturne.server import analyst
    from pipelines.staging import restaging

    if not environment.uses_own_server():
        analyst.prepare(server.up(environment.home()))
    with environment.here() as deployment:
        if news := restaging.announce(deployment):
            click.echo(news)
        if environment.uses_own_server() and (missing := analyst.missing(deployment)):
            click.echo(missing)
    click.echo("The warehouse is up. `nocturne psql` opens it, `nocturne status` tells.")


@click.command()
def down() -> None:
    """Stop what Nocturne has started."""
    from nocturne.airflow import ui

    home = environment.home()
    home.refuse_unusable()
    stopped = [ui.stop(home), server.down(home)]
    click.echo("Stopped." if any(stopped) else "Nothing was running.")


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--owner", is_flag=True, help="As the owner, who may write, not the analyst.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def psql(owner: bool, arguments: tuple[str, ...]) -> None:
    """Open the bundled psql as the read-only analyst.

    Further ARGUMENTS are psql's own, as in `nocturne psql -c "select …"`.
    """
    url = environment.url("owner" if owner else "analyst")
    program = server.psql_binary(environment.home())
    environment.refuse_unreached(url)
    with_address = {**os.environ, "PGOPTIONS": "-c search_path=marts,ops"}  # the owner's too
    with_address.update(_pg_environment(url))
    os.execve(program, [str(program), *arguments], with_address)


def _pg_environment(url: str) -> dict[str, str]:
    """Return libpq's variables for a URL, so that no password stands in the process list."""
    from pipelines.warehouse.connection import parsed

    parts = parsed(url)
    return {
        "PGHOST": parts.host or "",
        "PGPORT": str(parts.port or 5432),
        "PGUSER": parts.username or "",
        "PGPASSWORD": str(parts.password or ""),
        "PGDATABASE": parts.database or "",
    }


@click.command()
@click.option("--owner", is_flag=True, help="The owner's URL, who may write, not the analyst's.")
def url(owner: bool) -> None:
    """Print the warehouse's URL, which holds a password."""
    click.echo(environment.url("owner" if owner else "analyst"))


@click.command()
@click.argument("role", default="nocturne_analyst", metavar="[ROLE]")
def grant(role: str) -> None:
    """Let ROLE read marts and ops, as the analyst does.

    Without ROLE, nocturne_analyst. On a PostgreSQL of your own, make the role first; then name its
    URL in NOCTURNE_ANALYST_URL.
    """
    from nocturne.server import analyst

    with environment.here() as deployment:
        for sentence in analyst.grant(deployment, role):
            click.echo(sentence)
