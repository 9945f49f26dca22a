"""The command `nocturne`: its verbs, and every error as one sentence and an exit code."""

import click

from nocturne import troubles
from nocturne.verbs import configuring, database, history, models, nights, receiving


class Sentences(click.Group):
    """Turns every error into one sentence: exit code 1, or 70 for a fault of ours."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the verb."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
            raise
        except Exception as error:
            ctx.exit(troubles.listener(error))


@click.group(cls=Sentences, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nocturne")
def main() -> None:
    """Customer segments every night, in PostgreSQL: same inputs, same rows.

    Exit codes: 0 done, 1 failed, 2 misuse, 3 a night is late, 70 a fault of Nocturne's own.
    """


VERBS = (
    database.up, database.down, database.psql, database.url, database.grant,
    configuring.init, configuring.schema, receiving.check_sources, receiving.land,
    receiving.replay,
    nights.night, nights.status, nights.verify, nights.export,
    history.plan, history.backfill, models.train, models.mlflow,
)  # fmt: skip
for verb in VERBS:
    main.add_command(verb)

if __name__ == "__main__":
    main()
