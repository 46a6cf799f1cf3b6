"""What somebody who means harm may try, each shown once by doing it."""

import re
import socket
import time
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest

from aitia.people import tokens
from aitia.people.audit import Doer
from aitia.people.roles import Role
from aitia.people.tokens import Scope
from aitia.review import journal
from aitia.review.nouns import Edit, Person, Submit, Withdraw
from aitia.web import protocol
from aitia.web.call import Services
from tests.people.made import csrf_of, make_person

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


QUESTION = "Does exercise cause ALS?"


def _draft(services: Services, author: Person) -> int:
    article = services.shelf.open().ask(QUESTION, "patient")
    return journal.open_dossier(services.database, author.id, article).id


def _bearer(services: Services, person: Person) -> dict[str, str]:
    value = tokens.make(services.database, person.id, "A script", tuple(Scope), 30, Doer(person.id))
    return {"authorization": f"Bearer {value}"}


class TestDrafts:
    """What was never submitted is not there for readers, whatever becomes of it."""

    def test_a_draft_that_is_withdrawn_is_not_published_by_that(
        self, browser: httpx.Client, services: Services
    ) -> None:
        author = make_person(services.database, "Ann Author", Role.AUTHOR)
        number = _draft(services, author)
        journal.act(
            services.database, services.policy, author.id, number, Withdraw("Not fit to be seen."), seen=1
        )
        for path in ("", "/versions/1", "/history", "/compare?old=1&new=1"):
            assert browser.get(f"/articles/{number}{path}").status_code == 404
        for path in ("", "/versions/1", "/compare?old=1&new=1"):
            assert browser.get(f"/api/v1/articles/{number}{path}").status_code == 404
        answer = browser.get("/ask", params={"q": QUESTION})
        assert answer.status_code == 200
        assert f"/articles/{number}" not in answer.text

    def test_of_a_withdrawn_article_what_was_submitted_stays_to_be_read_and_no_more(
        self, browser: httpx.Client, services: Services
    ) -> None:
        database, policy = services.database, services.policy
        author = make_person(database, "Ann Author", Role.AUTHOR)
        editor = make_person(database, "Dan Editor", Role.EDITOR)
        number = _draft(services, author)
        journal.act(database, policy, author.id, number, Submit(), seen=1)
        journal.act(database, policy, editor.id, number, Withdraw("A figure was wrong."), seen=1)
        assert "A figure was wrong." in browser.get(f"/articles/{number}").text
        assert f"/articles/{number}" in browser.get("/ask", params={"q": QUESTION}).text
        changed = journal.article_of(database, number, 1)
        changed = msgspec.structs.replace(changed, gaps=("Not fit to be seen.",))
        journal.act(database, policy, author.id, number, Edit("Anew."), seen=1, article=changed)
        journal.act(database, policy, editor.id, number, Withdraw("Not that either."), seen=2)
        assert "Not fit" not in browser.get(f"/articles/{number}").text
        assert browser.get(f"/articles/{number}/versions/1").status_code == 200
        assert browser.get(f"/articles/{number}/versions/2").status_code == 404

    @pytest.mark.parametrize(
        ("body", "headers"),
        [
            ({"seen": 1, "action": {"action": "comment", "text": "?"}}, {}),
            ({"seen": 1, "action": {"action": "comment", "text": "?"}}, {"if-match": '"0-0"'}),
            ({"seen": 1, "action": {"action": "edit", "reason": "?"}, "changes": {"9.9": "?"}}, {}),
            ({"seen": 9, "action": {"action": "edit", "reason": "?"}, "changes": {"lead": "?"}}, {}),
        ],
        ids=["comment", "comment on a state", "edit of a place", "edit of a version"],
    )
    def test_who_may_not_act_on_a_draft_learns_nothing_of_it(
        self, browser: httpx.Client, services: Services, body: dict[str, object], headers: dict[str, str]
    ) -> None:
        number = _draft(services, make_person(services.database, "Ann Author", Role.AUTHOR))
        headers |= _bearer(services, make_person(services.database, "Rita Reader", Role.READER))
        told = []
        for one in (number, number + 1):
            answer = browser.post(f"/api/v1/articles/{one}/actions", json=body, headers=headers)
            told.append((answer.status_code, answer.json()["detail"].replace(str(one), "N")))
        assert told[0] == told[1]
        assert told[0][0] == 404

    def test_an_edit_by_one_who_may_not_tells_nothing_of_the_version(
        self, browser: httpx.Client, services: Services
    ) -> None:
        number = _draft(services, make_person(services.database, "Ann Author", Role.AUTHOR))
        headers = _bearer(services, make_person(services.database, "Rhea Reviewer", Role.REVIEWER))
        body = {"seen": 1, "action": {"action": "edit", "reason": "?"}, "changes": {"9.9": "?"}}
        answer = browser.post(f"/api/v1/articles/{number}/actions", json=body, headers=headers)
        assert answer.status_code == 403
        assert "1.1" not in answer.text


class TestHosts:
    """The name under which a caller says that they reach the service is theirs to invent."""

    @pytest.mark.parametrize("host", ["[", "[::1", "a b", "x/../y", '"><script>alert(1)</script>'])
    def test_an_invented_host_breaks_nothing(self, browser: httpx.Client, host: str) -> None:
        answer = browser.get("/ask", params={"q": QUESTION}, headers={"host": host})
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        headers = {"host": host, "origin": "http://elsewhere.example"}
        assert browser.post("/sign-in", data={"email": "a"}, headers=headers).status_code == 403
