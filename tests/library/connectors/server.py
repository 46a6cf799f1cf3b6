"""A real server on this machine that speaks the services' formats, with faults on demand."""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpcore
from msgspec import Struct

PUBLIC = "93.184.215.14"
"""An address that is public; the tests' dialler leads it to the server."""


class Answer(Struct, frozen=True):
    status: int = 200
    body: bytes = b""
    type: str = "text/plain"
    headers: dict[str, str] = {}
    length: int | None = None
    """What Content-Length says, where that is not the truth."""
    pause: float = 0.0
    """Seconds between the body's first byte and the rest."""


class Asked(Struct, frozen=True):
    method: str
    path: str
    """As it came, without query."""
    fields: dict[str, str]
    """Of the query and of the form."""
    headers: dict[str, str]
    target: str
    """Path and query, as they came."""


Route = Callable[[Asked], Answer]


class Server:
    """Answers first what is in `faults`, in order, and then by `route`; remembers what it was asked."""

    def __init__(self) -> None:
        self.route: Route = lambda _: Answer(404, b"nothing here")
        self.faults: deque[Answer] = deque()
        self.asked: list[Asked] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, format: str, *args: Any) -> None:
                pass

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                fields = parse_qs(parts.query) | parse_qs(body.decode())
                asked = Asked(
                    self.command,
                    parts.path,
                    {name: values[0] for name, values in fields.items()},
                    dict(self.headers),
                    self.path,
                )
                owner.asked.append(asked)
                self.give(owner.faults.popleft() if owner.faults else owner.route(asked))

            do_POST = do_GET  # noqa: N815

            def give(self, answer: Answer) -> None:
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.type)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                length = len(answer.body) if answer.length is None else answer.length
                self.send_header("Content-Length", str(length))
                self.end_headers()
                try:
                    if answer.pause:
                        self.wfile.write(answer.body[:1])
                        self.wfile.flush()
                        owner.closing.wait(answer.pause)
                        self.wfile.write(answer.body[1:])
                    else:
                        self.wfile.write(answer.body)
                except OSError:
                    self.close_connection = True
                if length != len(answer.body):
                    self.close_connection = True

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass

        self.closing = threading.Event()
        self.http = Quiet(("127.0.0.1", 0), Handler)
        self.port = self.http.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        self.closing.set()
        self.http.shutdown()
        self.http.server_close()
        self._thread.join()


class Clock:
    """Time that passes only in sleep."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []
        self._lock = threading.Lock()

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.now += seconds
            self.slept.append(seconds)


class LocalDialler(httpcore.NetworkBackend):
    """Leads every connection to the server, and remembers which address was to be dialled."""

    def __init__(self, port: int, deaf: frozenset[str] = frozenset()) -> None:
        self.port = port
        self.deaf = deaf
        """Addresses where nobody answers."""
        self.dialled: list[tuple[str, int]] = []

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        self.dialled.append((host, port))
        if host in self.deaf:
            raise httpcore.ConnectError("[Errno 111] Connection refused")
        return httpcore.SyncBackend().connect_tcp(
            "127.0.0.1", self.port, timeout, local_address, socket_options
        )
