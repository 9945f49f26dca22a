"""A paged API on this machine that misbehaves as it is told."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Answer = tuple[int, dict[str, str], bytes]
Trouble = Callable[["Handler"], None]


@dataclass
class Request:
    """What somebody asked for."""

    path: str
    parameters: dict[str, str]
    headers: dict[str, str]


@dataclass
class Api:
    """What the server answers, and what it was asked.

    `troubles` are taken one by one by the requests for a page before it is answered.
    """

    answer: Callable[["Api", Request], Answer]
    url: str = ""
    requests: list[Request] = field(default_factory=list)
    troubles: dict[int, list[Trouble]] = field(default_factory=dict)
    released: threading.Event = field(default_factory=threading.Event)

    def pages_asked(self) -> list[str]:
        """Return the page parameter of each request."""
        return [request.parameters.get("page", "") for request in self.requests]


class Handler(BaseHTTPRequestHandler):
    """Answer one request, or misbehave."""

    protocol_version = "HTTP/1.1"
    api: Api

    def do_GET(self) -> None:
        """Answer."""
        parts = urlsplit(self.path)
        request = Request(parts.path, dict(parse_qsl(parts.query)), dict(self.headers))
        self.api.requests.append(request)
        waiting = self.api.troubles.get(int(request.parameters.get("page", 1)), [])
        if waiting:
            waiting.pop(0)(self)
            return
        self.send(*self.api.answer(self.api, request))

    def send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        """Send a whole answer."""
        self.send_response_only(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def status(code: int, **headers: str) -> Trouble:
    """Answer with a status."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler: handler.send(code, named, b'{"error": "not now"}')


def body(content: bytes) -> Trouble:
    """Answer well, with a body of one's own."""
    return lambda handler: handler.send(200, {}, content)


def cut(handler: Handler) -> None:
    """Promise a page, send half of it and hang up."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    handler.wfile.write(b'{"orders": [{"order_id": ')
    handler.wfile.flush()
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def hang(handler: Handler) -> None:
    """Take the request and say nothing until the test is over."""
    handler.api.released.wait(30)
    handler.close_connection = True


def as_json(content: Any, **headers: str) -> Answer:
    """Return a good answer."""
    return 200, headers, json.dumps(content).encode()


def numbered(total: int, size: int) -> Callable[[Api, Request], Answer]:
    """Answer with pages by number: orders 1 to `total`, `size` of them on a page."""

    def answer(_: Api, request: Request) -> Answer:
        begin = (int(request.parameters.get("page", 1)) - 1) * size
        ids = range(begin + 1, min(begin + size, total) + 1)
        return as_json({"orders": [an_order(number) for number in ids]})

    return answer


def an_order(number: int) -> dict[str, Any]:
    """Return one order."""
    return {
        "order_id": number,
        "ordered_at": f"2026-11-20T10:{number:02}:00Z",
        "customer_ref": f"c{number}",
        "quantity": 1,
        "net_amount": 10.50,
    }


@contextmanager
def served(answer: Callable[[Api, Request], Answer]) -> Iterator[Api]:
    """Serve an API for the block."""
    api = Api(answer)
    handler = type("Bound", (Handler,), {"api": api})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        api.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield api
        finally:
            api.released.set()
            server.shutdown()
            thread.join()
