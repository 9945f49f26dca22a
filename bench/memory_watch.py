"""A stopwatch that also looks, twenty times a second, how much memory processes hold."""

import threading
import time
from dataclasses import dataclass

import psutil

LOOK_SECONDS = 0.05


@dataclass
class Watch:
    """Seconds of a block, and the most memory (MiB) of this process and of one backend.

    A backend's memory includes the pages of the shared buffers (512 MB) that it has touched;
    `alone` it has without what it shares.
    """

    server: int
    seconds: float = 0.0
    own: int = 0
    backend: int = 0
    alone: int = 0

    def __enter__(self) -> "Watch":
        self._done = threading.Event()
        self._looking = threading.Thread(target=self._look, daemon=True)
        self._looking.start()
        self._began = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.monotonic() - self._began
        self._done.set()
        self._looking.join()

    def _look(self) -> None:
        me, parent = psutil.Process(), psutil.Process(self.server)
        while True:
            self.own = max(self.own, me.memory_info().rss >> 20)
            for backend in parent.children():
                whole, shared = _resident(backend)
                self.backend = max(self.backend, whole)
                self.alone = max(self.alone, whole - shared)
            if self._done.wait(LOOK_SECONDS):
                return


def _resident(process: psutil.Process) -> tuple[int, int]:
    """Return the memory of a process, and how much of it is shared."""
    try:
        told = process.memory_info()
    except psutil.NoSuchProcess:
        return 0, 0
    return told.rss >> 20, told.shared >> 20
