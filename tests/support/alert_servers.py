"""A webhook and a mail server on this machine, for one test, that keep what they are sent."""

import base64
import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


@contextmanager
def webhook(status: int = 200) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Answer each post with a status; yields the address and the bodies received."""
    received: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            received.append(json.loads(self.rfile.read(length)))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server, _served(server):
        yield f"http://127.0.0.1:{server.server_port}", received


@contextmanager
def mail_server(password: str) -> Iterator[tuple[int, list[str]]]:
    """Take mail from whoever knows the password of `user`; yields the port and the messages."""
    received: list[str] = []
    wanted = base64.b64encode(f"\0user\0{password}".encode()).decode()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 here")
            for line in self.rfile:
                if self.answer(line.decode().strip()):
                    return

        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def answer(self, line: str) -> bool:
            verb = line.split(" ")[0].upper()
            if verb == "EHLO":
                self.say("250-here")
                self.say("250 AUTH PLAIN")
            elif verb == "AUTH":
                known = line.split(" ")[-1] == wanted
                self.say("235 yes" if known else f"535 {line} is wrong")  # quotes what it was sent
            elif verb == "DATA":
                self.say("354 go on")
                lines = iter(self.rfile.readline, b".\r\n")
                received.append(b"".join(lines).decode())
                self.say("250 taken")
            else:
                self.say("221 bye" if verb == "QUIT" else "250 yes")
            return verb == "QUIT"

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server, _served(server):
        yield server.server_address[1], received


@contextmanager
def _served(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
