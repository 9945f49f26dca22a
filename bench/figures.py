"""Everything issue by issue is asked to be fast, measured in one run on one made-up shop."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import history, other_paths, peers, temporary_home, timed_steps
from bench.shop import HISTORY_DAYS, Shop, day_of
from pipelines.nights import runner

SMALL = 10_000
SIZES = {"1m": 1_000_000}
# Above this many people the history goes straight into staging: landing it takes half an hour.
LANDED_WHOLE = 100_000
EVENING, NIGHT = HISTORY_DAYS - 1, HISTORY_DAYS  # the last day of history, and the day after
TRAINED = EVENING - 30
NIGHTS = 30  # backfilled
PEERS = (peers.duckdb, peers.pandas, peers.plain_postgres)

Figures = dict[str, Any]
Tell = Callable[[str, Figures], None]


def people_of(scale: str) -> int:
    """Return the people of a SCALE: empty, `1m`, or a number of people."""
    return SIZES.get(scale) or int(scale or SMALL)


def measure(people: int, nights: int, say: Tell) -> Figures:
    """Make the shop and measure all figures, each in a process of its own; say what there is."""
    shop = Shop(people)
    with temporary_home.home_for(history.SOURCES) as folder:
        figures: Figures = {"people": people, "landed_whole": people <= LANDED_WHOLE, "step": []}

        def tell(sentence: str) -> None:
            say(sentence, figures)

        _steps(folder, shop, figures["step"], tell)
        trained = temporary_home.in_child(other_paths.train_models, folder, day_of(TRAINED)).result
        figures["models"] = trained["serving"]
        tell(f"models are trained as of {day_of(TRAINED)}")
        figures["full"] = temporary_home.in_child(
            timed_steps.build, folder, day_of(EVENING), True, True
        ).result
        tell(f"{day_of(EVENING)} is built in full and published")
        figures["peers"] = _peers(folder, figures["full"]["night_id"], tell)
        history.hand_over_night(shop, folder / "home" / "shop", NIGHT)
        figures["night"] = _with_peak(
            temporary_home.in_child(timed_steps.whole_night, folder, day_of(NIGHT))
        )
        tell(f"the night of {day_of(NIGHT)} is published")
        figures["verify"] = temporary_home.in_child(
            other_paths.verify_night, folder, day_of(NIGHT)
        ).result
        tell("it is verified")
        first = day_of(EVENING - nights + 1)
        figures["backfill"] = temporary_home.in_child(
            other_paths.fill_nights, folder, first, day_of(EVENING)
        ).result
        tell(f"{nights} nights are backfilled")
        return figures


def _with_peak(child: temporary_home.Child) -> Figures:
    return child.result | {"mebibytes": child.mebibytes}


def _steps(folder: Path, shop: Shop, found: list[Figures], tell: Callable[[str], None]) -> None:
    """Measure the feature step of one evening over a quarter, half and all of the history."""
    files, lines = folder / "home" / "shop", 0
    history.hand_over_people(shop, files)
    for share, stretch in history.stretches(shop).items():
        lines += sum(shop.lines(day).num_rows for day in stretch.days)
        _receive(folder, shop, stretch)
        tell(f"{lines:,} order lines are staged")
        temporary_home.in_child(timed_steps.build, folder, day_of(EVENING - 1), True, True)
        nightly = temporary_home.in_child(timed_steps.build, folder, day_of(EVENING)).result
        full = temporary_home.in_child(timed_steps.build, folder, day_of(EVENING), True).result
        same = nightly["content_hashes"] == full["content_hashes"]
        found.append(
            {"share": share, "lines": lines, "nightly": nightly, "full": full, "same": same}
        )
        tell(f"the feature step of {day_of(EVENING)} is measured over {lines:,} lines")


def _receive(folder: Path, shop: Shop, stretch: history.Stretch) -> None:
    history.keep_for_peers(shop, folder / "peers", stretch)
    opened = temporary_home.reopen(folder)
    if shop.people > LANDED_WHOLE:
        history.load(opened, shop, stretch)
    else:
        history.hand_over(shop, folder / "home" / "shop", stretch)
        runner.receive(opened)
    opened.warehouse.close()


def _peers(folder: Path, night_id: int, tell: Callable[[str], None]) -> dict[str, Figures]:
    """Measure the peers on the evening's features; one that fails says so in place of figures."""
    peers.keep_members(folder, night_id)
    found = {}
    for peer in PEERS:
        try:
            child = temporary_home.in_child(peer, folder, day_of(EVENING))
            found[peer.__name__] = child.result | {"own": child.mebibytes}
        except RuntimeError as error:
            found[peer.__name__] = {"failed": str(error)}
        tell(f"{peer.__name__} is measured")
    return found
