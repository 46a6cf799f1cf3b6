"""How much a caller may send, and how often."""

import socket
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitia.people.roles import Role
from aitia.web.call import Services
from aitia.web.limits import FORM_BYTES, Buckets
from aitia.web.settings import Settings
from tests.people.made import csrf_of, make_person


@given(
    limit=st.integers(1, 600),
    gaps=st.lists(st.floats(0, 30, allow_nan=False), min_size=1, max_size=200),
)
def test_a_bucket_gives_what_it_holds_and_what_flows_in_and_no_more(limit: int, gaps: list[float]) -> None:
    now = [0.0]
    buckets = Buckets(limit, clock=lambda: now[0])
    for taken, gap in enumerate(gaps, 1):
        now[0] += gap
        allowed = buckets.take("one")
        if allowed.wait:
            # Whoever waits as long as told is served.
            now[0] += allowed.wait
            allowed = buckets.take("one")
            assert allowed.wait == 0
        assert taken <= limit + now[0] * limit / 60 + 1e-6
        assert 0 <= allowed.remaining <= limit


def test_one_caller_does_not_use_up_what_another_has() -> None:
    buckets = Buckets(2, clock=lambda: 0.0)
    assert [buckets.take("one").wait for _ in range(3)] == [0, 0, 30]
    assert buckets.take("other").wait == 0


def test_a_bucket_forgets_the_callers_unseen_for_longest() -> None:
    buckets = Buckets(1, most=2)
    for caller in "abc":
        assert buckets.take(caller).wait == 0
    assert buckets.take("c").wait > 0
    assert buckets.take("a").wait == 0


def raw(site: str, head: str, *parts: bytes) -> bytes:
    """Send bytes as they are, and read what comes until the server closes."""
    place = urlsplit(site)
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=20) as connection:
        connection.sendall(f"{head}\r\nHost: {place.netloc}\r\n".encode())
        try:
            for part in parts:
                connection.sendall(part)
        except (BrokenPipeError, ConnectionResetError):
            pass
        found = b""
        while part := connection.recv(65536):
            found += part
    return found


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
class TestBodies:
    def test_a_long_form_is_refused_by_its_announced_length(self, browser: httpx.Client) -> None:
        csrf = csrf_of(browser, "/sign-in")
        answer = browser.post("/sign-in", data={"csrf": csrf, "email": "x" * FORM_BYTES, "password": "x"})
        assert answer.status_code == 413
        assert "1 MB" in answer.text
        assert answer.headers["connection"] == "close"

    def test_a_long_form_without_a_length_is_refused_while_it_is_read(self, site: str) -> None:
        chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        answer = raw(
            site,
            "POST /sign-in HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            "Transfer-Encoding: chunked",
            b"\r\n",
            *[chunk] * 20,
        )
        assert b" 413 " in answer.splitlines()[0]
        assert b"Traceback" not in answer

    def test_a_form_carries_no_file_where_none_is_taken(self, browser: httpx.Client) -> None:
        csrf = csrf_of(browser, "/sign-in")
        answer = browser.post("/sign-in", data={"csrf": csrf}, files={"file": ("a.txt", b"text")})
        assert answer.status_code == 400

    def test_a_long_request_to_the_api_is_a_problem(self, browser: httpx.Client) -> None:
        answer = browser.post("/api/v1/ask", json={"questions": ["x" * FORM_BYTES]})
        assert answer.status_code == 413
        assert answer.headers["content-type"] == "application/problem+json"

    def test_who_may_not_send_a_form_is_told_before_it_is_read(self, site: str) -> None:
        # Nothing of the announced 900 kB is sent, and the answer comes all the same.
        answer = raw(
            site,
            "POST /account/details HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            "Connection: close\r\nContent-Length: 900000",
            b"\r\n",
        )
        assert b" 303 " in answer.splitlines()[0]
        assert b"/sign-in" in answer


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
class TestRates:
    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(reads_a_minute=5)

    def test_an_address_that_asks_too_often_is_told_when_to_come_again(self, browser: httpx.Client) -> None:
        answers = [browser.get("/api/v1/policy") for _ in range(6)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429]
        assert [answer.headers["ratelimit"].split(";")[1] for answer in answers] == [
            f"r={left}" for left in (4, 3, 2, 1, 0, 0)
        ]
        last = answers[-1]
        assert int(last.headers["retry-after"]) == 12
        assert last.json()["type"] == "/api#rate"
        # Pages are not counted, so that a hospital behind one address can read.
        assert browser.get("/sign-in").status_code == 200

    def test_invented_tokens_are_counted_by_address(self, browser: httpx.Client) -> None:
        found = [
            browser.get("/api/v1/policy", headers={"Authorization": f"Bearer aitia_{number}"}).status_code
            for number in range(6)
        ]
        assert found == [401] * 5 + [429]

    def test_tokens_of_one_person_share_an_allowance(self, browser: httpx.Client, services: Services) -> None:
        from aitia.people import tokens
        from aitia.people.audit import Doer

        person = make_person(services.database, "Ada Lovelace", Role.READER)
        made = [
            tokens.make(services.database, person.id, name, (tokens.Scope.READ,), 1, Doer()) for name in "ab"
        ]
        found = [
            browser.get("/api/v1/me", headers={"Authorization": f"Bearer {made[number % 2]}"}).status_code
            for number in range(6)
        ]
        assert found == [200] * 5 + [429]
        # Those without a token are not held back by it.
        assert browser.get("/api/v1/policy").status_code == 200


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_a_body_that_comes_too_slowly_is_refused(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aitia.web.api.endpoint.FORM_SECONDS", 0.3)
    answer = raw(
        site,
        "POST /api/v1/ask HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 100",
        b"\r\n",
        b"{",
    )
    assert b" 408 " in answer.splitlines()[0]
