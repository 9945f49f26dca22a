"""What can go wrong with the shop's files, and who mends a night later."""

import csv
import shutil
from dataclasses import dataclass

from tests.promise.shop import DIRT, RandomShop


@dataclass(frozen=True)
class Dirt:
    """A line that nobody can read, or a good line corrected into one."""

    kind: str
    pick: int
    is_correction: bool

    def happen(self, shop: RandomShop) -> None:
        """Send it; what the till itself remembers stays good."""
        good = shop.lines[self.pick % len(shop.lines)]
        number = shop.number()
        own = {} if self.is_correction else {"order_id": f"d{number}", "customer_ref": f"d{number}"}
        shop.tell("till", {**good, **own, **DIRT[self.kind]})


@dataclass(frozen=True)
class SameFile:
    """A file arrives a second time, under another name."""

    pick: int

    def happen(self, shop: RandomShop) -> None:
        """Copy it."""
        if shop.sent:
            path = shop.sent[self.pick % len(shop.sent)]
            shutil.copy(path, path.with_name(f"copy_{shop.night}_{path.name}"))


@dataclass(frozen=True)
class SameRows:
    """The rows of a file of the web or the till arrive again among those of tonight."""

    pick: int

    def happen(self, shop: RandomShop) -> None:
        """Send what stands in the file, as it was then: the last received wins."""
        sent = [path for path in shop.sent if path.parent.name in ("web", "trail", "till")]
        if sent:
            path = sent[self.pick % len(sent)]
            with path.open(newline="", encoding="utf-8") as file:
                shop.tell(path.parent.name, *csv.DictReader(file))


@dataclass(frozen=True)
class Repair:
    """Somebody builds an earlier night again, with what is known by now."""

    pick: int

    def happen(self, shop: RandomShop) -> None:
        """Ask for it; it is done when tonight's files are received."""
        shop.rebuild.append(self.pick)
