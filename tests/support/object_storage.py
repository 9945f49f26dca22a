"""A real S3 server on this machine, and a line to it that can be cut."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from pipelines.configuration.model import Source
from pipelines.sources.files import csv
from pipelines.sources.interface import Extract, ExtractRequest

KEYS = {"S3_KEY": "AKIATHEKEYOFTHESHOP", "S3_SECRET": "the-secret-of-the-shop"}
BUCKET = "shop"


@dataclass
class Bucket:
    """A bucket, and how a source asks for what is in it."""

    port: int
    home: Path
    client: Any

    def put(self, key: str, content: bytes) -> None:
        """Write an object, or over one."""
        self.client.put_object(Bucket=BUCKET, Key=key, Body=content)

    def options(self, **more: Any) -> dict[str, Any]:
        """Return the options of a source of CSV files in the bucket."""
        return {
            "path": f"s3://{BUCKET}/till/*.csv",
            "endpoint": f"http://127.0.0.1:{self.port}",
            "region": "us-east-1",
            "access_key": "${S3_KEY}",
            "secret_key": "${S3_SECRET}",
            "encoding": "utf-8",
            "delimiter": ",",
            **more,
        }

    def arrivals(self, asked: dict[str, Any] | None = None, **more: Any) -> Iterator[Extract]:
        """Yield what a source of CSV files finds in the bucket."""
        source = Source("till", "order_lines", "csv", {}, "UTC", self.options(**more))
        given: dict[str, Any] = {"secret": KEYS.get} | (asked or {})
        yield from csv.arrivals(source, ExtractRequest(home=self.home, **given))


@contextmanager
def moto_server() -> Iterator[int]:
    """Run an S3 server on a free port."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        yield server.get_host_and_port()[1]
    finally:
        server.stop()


def client_of(port: int) -> Any:
    """Return the client that a shop writes its objects with."""
    return boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id=KEYS["S3_KEY"],
        aws_secret_access_key=KEYS["S3_SECRET"],
        region_name="us-east-1",
    )


class Line:
    """Carries bytes to a server and back, and is cut after so many bytes of answers."""

    def __init__(self, port: int):
        self.server_port, self.left = port, 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        """Take no more calls."""
        self._listener.close()

    def _listen(self) -> None:
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return
            callee = socket.create_connection(("127.0.0.1", self.server_port))
            for ends in ((caller, callee, False), (callee, caller, True)):
                threading.Thread(target=self._carry, args=ends, daemon=True).start()

    def _carry(self, giver: socket.socket, taker: socket.socket, is_answer: bool) -> None:
        try:
            while piece := giver.recv(1 << 16):
                if is_answer:
                    self.left -= len(piece)
                    if self.left < 0:
                        break
                taker.sendall(piece)
        except OSError:
            pass
        finally:
            for end in (giver, taker):
                with suppress(OSError):  # the other direction may have ended it
                    end.shutdown(socket.SHUT_RDWR)
            giver.close()
