"""Run by test_export.py in a process of its own: deliver, and die by SIGKILL at a point."""

import os
import signal
import sys
from datetime import UTC, datetime

from pipelines import deployment
from pipelines.delivery import export
from pipelines.delivery.files import delivery, folder
from pipelines.warehouse import statements


def die(*arguments):
    os.kill(os.getpid(), signal.SIGKILL)


def after(function):
    def run_and_die(*arguments, **binds):
        function(*arguments, **binds)
        die()

    return run_and_die


point = sys.argv[1]
run = statements.run
if point == "_write":
    delivery.open_writer = lambda kind, path, schema, **how: (path.write_text('{"half'), die())
elif point == "finish":
    folder.finish = die
elif point == "moved":
    folder.finish = after(folder.finish)
elif point == "point":
    folder.point = die
elif point == "pointed":
    folder.point = after(folder.point)
elif point == "recorded":
    statements.run = lambda connection, name, **binds: (
        after(run) if name == "delivery/insert" else run
    )(connection, name, **binds)
export.deliver(deployment.from_environment(os.environ, lambda: datetime.now(UTC)))
