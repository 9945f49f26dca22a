"""What tests of verifying share: a published night, and the command that verifies it."""

from nocturne.show import verify
from tests.support.orders import D, a_few_weeks

SEGMENTS = {
    "segments": {
        "buyers": {"condition": "order_count > 2"},
        "few": {"condition": "order_count < 3"},
    }
}


def published(shop):
    """Give a shop a till and two segments; publish its night of D as night 1."""
    shop.configure("segments", SEGMENTS)
    a_few_weeks(shop)
    assert shop.night(D) == 1
    return shop


def verifier(capsys):
    """Verify D as the command does; return its exit code and what it prints, on one line."""

    def run(shop, **options):
        opened = shop.deployment()
        capsys.readouterr()
        try:
            code = verify.show(opened, D, now=options.get("now", False))
        finally:
            opened.warehouse.close()
        text = capsys.readouterr().out
        assert max(map(len, text.splitlines())) <= 80
        return code, " ".join(text.split())

    return run
