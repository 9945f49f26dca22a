"""In a mount namespace of its own: land on a disk that is too small, then with room; tell both.

Run as `python -m tests.faults.full_disk FOLDER` under `unshare --user --map-root-user --mount`.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from nocturne.home import Home
from nocturne.server import server
from tests.faults.test_no_database import LINES, a_shop
from tests.support.receiving import left, receive, unbalanced, write
from tests.support.shop import CHECKOUT

LEFT = 4 << 20  # bytes: a landing of many lines takes more


def fill(disk: Path) -> Path:
    """Take all room of a disk but a little; return the file that takes it."""
    room = os.statvfs(disk)
    filler = disk / "filler"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, room.f_bavail * room.f_frsize - LEFT)
    return filler


def main(folder: Path) -> None:
    """Fill the disk before landing, make room, land again; write down what is left."""
    disk = folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400m", "tmpfs", str(disk)], check=True)
    home = Home.from_environment({"NOCTURNE_HOME": str(disk / "own")}, CHECKOUT)
    server.up(home)
    shop = a_shop(home, "../../shop")
    write(shop, lines=LINES)
    shop.deployment().warehouse.close()
    filler = fill(disk)
    error = ""
    try:
        receive(shop)
    except Exception as failure:  # whatever the driver makes of it
        error = f"{type(failure).__name__}: {failure}"
    filler.unlink()
    server.down(home)  # it may be recovering
    server.up(home)
    receive(shop)
    told = {"error": error, "left": left(shop), "unbalanced": unbalanced(shop)}
    (folder / "left.json").write_text(json.dumps(told))
    server.down(home)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
