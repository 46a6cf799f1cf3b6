"""What somebody who means harm may try, each shown once by doing it."""

import re
import socket
import time
from urllib.parse import urlsplit

import httpx
import pytest

from aitia.web import protocol
from tests.people.made import csrf_of

MARKS = "a" + "\u0300" * 60_000 + "\u0316" * 60_000
"""A letter under many marks, in the order that takes longest to put right: minutes, for all of them."""


class TestLongTexts:
    """Nothing that anybody may type takes the service away from others."""

    def test_letters_under_very_many_marks_are_not_put_in_order(self, browser: httpx.Client) -> None:
        token = csrf_of(browser, "/sign-in")
        for field in ("email", "password"):
            typed = {"email": "ada@clinic.example", "password": "seven quiet herons", field: MARKS}
            began = time.perf_counter()
            assert browser.post("/sign-in", data={"csrf": token, **typed}).status_code == 401
            assert time.perf_counter() - began < 5


def _connected(site: str) -> socket.socket:
    parts = urlsplit(site)
    return socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10)


def _ask_on(connection: socket.socket, requests: bytes, seconds: float) -> None:
    """Send requests over and over for some seconds, and read nothing."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        connection.sendall(requests)
        time.sleep(0.1)


def _is_ended(connection: socket.socket) -> bool:
    """Whether the other side ends the connection within ten seconds."""
    try:
        while connection.recv(65536):
            pass
    except TimeoutError:
        return False
    except ConnectionError:
        pass
    return True


class TestConnections:
    """A connection is no place to stay."""

    @pytest.mark.parametrize(
        "start", [b"GET /ask?q=", b"GET / HTTP/1.1\r\nHost: here\r\nX-Long: "], ids=["address", "header"]
    )
    def test_a_head_without_end_is_cut_off(self, site: str, start: bytes) -> None:
        with _connected(site) as connection:
            connection.sendall(start)
            with pytest.raises(ConnectionError):
                connection.sendall(b"a" * 20_000_000)

    @pytest.mark.parametrize(
        "start",
        [
            b"",
            b"GET / HTTP/1.1\r\nHost: here\r\n",
            b"GET /health HTTP/1.1\r\nHost: here\r\n\r\nGET /",
            b"GET /health HTTP/1.1\r\nHost: here\r\nContent-Length: 100\r\n\r\n...",
        ],
        ids=["nothing", "half a head", "half a second head", "half a body that nobody reads"],
    )
    def test_who_says_nothing_more_is_sent_away(
        self, site: str, start: bytes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.3)
        with _connected(site) as connection:
            connection.sendall(start)
            if start.startswith(b"GET /health"):
                assert connection.recv(65536).startswith(b"HTTP/1.1 200")
                connection.sendall(b"x")
            assert _is_ended(connection)

    def test_an_answer_that_nobody_reads_is_dropped(self, site: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(protocol, "ANSWER_SECONDS", 0.3)
        monkeypatch.setattr(protocol, "MOST_AHEAD", 100_000)
        parts = urlsplit(site)
        with socket.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.settimeout(10)
            connection.connect((parts.hostname, parts.port))
            with pytest.raises(ConnectionError):
                _ask_on(connection, b"GET /static/aitia.css HTTP/1.1\r\nHost: here\r\n\r\n" * 100, 10)

    def test_requests_are_not_taken_without_end_before_the_first_is_answered(self, site: str) -> None:
        with _connected(site) as connection, pytest.raises(ConnectionError):
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: here\r\n\r\n" * 500_000)

    def test_some_requests_ahead_are_answered_in_order(self, site: str) -> None:
        with _connected(site) as connection:
            for path in (b"/health", b"/ready", b"/health"):
                connection.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: here\r\n\r\n")
            connection.sendall(b"GET /nowhere HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
            said = b""
            while part := connection.recv(65536):
                said += part
        assert re.findall(rb"HTTP/1.1 (\d+)", said) == [b"200", b"200", b"200", b"404"]

    def test_a_slow_but_honest_caller_is_served(self, site: str) -> None:
        with _connected(site) as connection:
            for part in re.findall(rb".{1,7}", b"GET /health HTTP/1.1\r\nHost: here\r\n\r\n", re.DOTALL):
                connection.sendall(part)
                time.sleep(0.05)
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")
            connection.sendall(b"GET /ready HTTP/1.1\r\nHost: here\r\n\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")
