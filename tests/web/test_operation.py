"""Starting, stopping, losing the database, several processes on one, and what operators see of it."""

import contextlib
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest

from aitia.errors import StateError
from aitia.library.store.database import engine
from aitia.people import tokens
from aitia.people.audit import Doer
from aitia.people.roles import Role
from aitia.review import journal
from aitia.review.nouns import Approve, Comment, Dossier, Mark, Sign, Submit
from aitia.review.verifying import verify
from aitia.service import Library
from aitia.web.application import services_of
from aitia.web.call import Services
from aitia.web.settings import OpenIdSettings, Settings, read_settings
from tests.library.store.conftest import on_sqlite
from tests.library.store.opened import forget
from tests.people.made import PASSWORD, csrf_of, email_of, make_person, sign_in
from tests.postgresql import binaries, server
from tests.web.conftest import serving

QUESTION = "Does smoking cause ALS?"


class Process:
    """`aitia serve` as a process of its own."""

    def __init__(self, folder: Path, *options: str, port: int = 0) -> None:
        self.log, self._out = (folder / f"{name}-{time.monotonic_ns()}" for name in ("log", "out"))
        with self.log.open("wb") as log, self._out.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "aitia", "serve", "--port", str(port), *options],
                stdout=out,
                stderr=log,
            )
        deadline = time.monotonic() + 60
        while not self._is_ready():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)

    def _is_ready(self) -> bool:
        if "\n" not in self.told:
            return False
        try:
            return httpx.get(f"{self.site}/ready").status_code == 200
        except httpx.HTTPError:
            return False

    @property
    def told(self) -> str:
        """What it printed."""
        return self._out.read_text()

    @property
    def site(self) -> str:
        """The address that it printed."""
        return self.told.splitlines()[0].split()[-1]

    def lines(self) -> list[dict[str, object]]:
        """The lines of the log."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait; the exit code."""
        self.process.send_signal(how)
        return self.process.wait(60)


@pytest.fixture
def begin(address: str, tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """Starts a server process on the test's database; what still runs is killed afterwards."""
    del address
    begun: list[Process] = []

    def start(*options: str, port: int = 0) -> Process:
        begun.append(Process(tmp_path, *options, port=port))
        return begun[-1]

    yield start
    for one in begun:
        if one.process.poll() is None:
            one.end(signal.SIGKILL)


def run(*options: str) -> subprocess.CompletedProcess[str]:
    """`aitia serve` that is expected to end by itself."""
    return subprocess.run(
        [sys.executable, "-m", "aitia", "serve", *options], capture_output=True, text=True, timeout=60
    )


class TestStarting:
    def test_without_a_database_it_says_so_and_ends(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("AITIA_HOME", str(tmp_path))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        monkeypatch.setenv("AITIA_DATABASE_URL", f"postgresql://aitia:secret@127.0.0.1:{port}/none")
        ended = run("--port", "0")
        assert ended.returncode == 5
        assert ended.stderr.startswith("aitia: the database postgresql+psycopg://aitia:***@127.0.0.1")
        assert len(ended.stderr.splitlines()) == 1
        assert "secret" not in ended.stderr

    def test_a_file_that_is_no_database_is_told(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("AITIA_HOME", str(tmp_path))
        monkeypatch.delenv("AITIA_DATABASE_URL", raising=False)
        (tmp_path / "aitia.sqlite").write_bytes(b"no database, but long enough to be looked at" * 100)
        ended = run("--port", "0")
        assert ended.returncode == 5
        assert "not a database" in ended.stderr
        assert "Traceback" not in ended.stderr

    @on_sqlite
    def test_a_taken_address_and_wrong_settings_are_told(self, address: str, tmp_path: Path) -> None:
        del address
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            ended = run("--port", str(taken.getsockname()[1]))
        assert ended.returncode == 5
        assert "cannot listen at 127.0.0.1" in ended.stderr
        settings = tmp_path / "settings.yaml"
        settings.write_text("prot: 80\n")
        ended = run("--settings", str(settings))
        assert ended.returncode == 5
        assert "prot" in ended.stderr
        ended = run("--library", "nowhere")
        assert ended.returncode == 4
        assert "nowhere" in ended.stderr

    @on_sqlite
    def test_the_first_start_prints_a_link_that_works_once(self, begin: Callable[..., Process]) -> None:
        process = begin()
        link = re.search(r"http://127.0.0.1:\d+(/set-up/\S+)", process.told)
        assert link is not None, process.told
        form = {
            "name": "Ada Lovelace", "email": "ada@clinic.example", "credentials": "", "password": PASSWORD,
            "again": PASSWORD, "password_again": PASSWORD,
        }  # fmt: skip
        with httpx.Client(base_url=process.site) as client:
            answer = client.post(link[1], data={**form, "csrf": csrf_of(client, link[1])})
            assert answer.status_code == 303, answer.text
        with httpx.Client(base_url=process.site) as client:
            sign_in(client, "ada@clinic.example")
            assert client.get("/metrics").status_code == 200
            assert client.get(link[1]).status_code == 404
        assert process.end() == 0
        assert link[1].rpartition("/")[2] not in process.log.read_text()
        assert "/set-up/" not in begin().told


def is_listening(site: str) -> bool:
    """Whether a server takes requests."""
    try:
        return httpx.get(f"{site}/health").status_code == 200
    except httpx.ConnectError:
        return False


class TestStopping:
    @on_sqlite
    def test_a_request_under_way_is_finished_and_no_other_taken(self, begin: Callable[..., Process]) -> None:
        process = begin()
        place = urlsplit(process.site)
        content = json.dumps({"questions": [QUESTION], "length": "short"}).encode()
        with socket.create_connection((place.hostname or "", place.port or 0), timeout=30) as connection:
            connection.sendall(
                f"POST /api/v1/ask HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(content)}\r\n\r\n".encode()
                + content[:10]
            )
            time.sleep(0.3)
            process.process.send_signal(signal.SIGTERM)
            deadline = time.monotonic() + 10
            while is_listening(process.site):
                assert time.monotonic() < deadline
                time.sleep(0.05)
            assert process.process.poll() is None
            connection.sendall(content[10:])
            answer = b""
            while part := connection.recv(65536):
                answer += part
        assert b" 200 " in answer.splitlines()[0]
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["article"]["answered"]
        assert process.process.wait(30) == 0

    @on_sqlite
    def test_whoever_takes_too_long_is_not_waited_for(
        self, begin: Callable[..., Process], tmp_path: Path
    ) -> None:
        (tmp_path / "settings.yaml").write_text("shutdown_seconds: 1\n")
        process = begin("--settings", str(tmp_path / "settings.yaml"))
        place = urlsplit(process.site)
        with socket.create_connection((place.hostname or "", place.port or 0), timeout=30) as connection:
            connection.sendall(
                f"POST /api/v1/ask HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Type: application/json\r\n"
                "Content-Length: 100\r\n\r\n{".encode()
            )
            time.sleep(0.3)
            began = time.monotonic()
            assert process.end() == 0
            assert time.monotonic() - began < 10

    @on_sqlite
    def test_several_workers_answer_are_counted_together_and_end(self, begin: Callable[..., Process]) -> None:
        process = begin("--workers", "2")
        for _ in range(30):
            assert httpx.get(f"{process.site}/api/v1/ask", params={"q": QUESTION}).status_code == 200
        counted = re.search(
            r'aitia_requests_total\{method="GET",route="/api/v1/ask",status="200"\} (\S+)',
            httpx.get(f"{process.site}/metrics").text,
        )
        assert counted is not None
        assert float(counted[1]) == 30
        assert process.end() == 0


class TestLosingTheDatabase:
    @pytest.mark.skipif(binaries() is None, reason="PostgreSQL is not installed")
    def test_pages_say_so_and_work_again_when_it_is_back(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AITIA_HOME", str(tmp_path / "home"))
        with server() as address:
            monkeypatch.setenv("AITIA_DATABASE_URL", address)
            services = services_of(Settings())
            person = make_person(services.database, "Ada Lovelace", Role.REVIEWER)
            token = tokens.make(services.database, person.id, "test", (tokens.Scope.READ,), 1, Doer())
            with serving(services) as site, httpx.Client(base_url=site, timeout=30) as browser:
                sign_in(browser, email_of("Ada Lovelace"))
                assert browser.get("/account").status_code == 200
                control(address, "stop", "-m", "immediate")
                try:
                    answer = browser.get("/account")
                    assert answer.status_code == 503
                    assert answer.headers["retry-after"] == "10"
                    assert "127.0.0.1" not in answer.text
                    assert answer.headers["x-request-id"] in answer.text
                    answer = browser.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
                    assert answer.status_code == 503
                    assert answer.headers["content-type"] == "application/problem+json"
                    assert browser.get("/health").status_code == 200
                    answer = browser.get("/ready", headers={"Cookie": ""})
                    assert answer.status_code == 503
                    # What needs no database is answered all the same.
                    with httpx.Client(base_url=site, timeout=30) as reader:
                        assert reader.get("/api/v1/policy").status_code == 200
                finally:
                    control(address, "start")
                assert browser.get("/account").status_code == 200
                assert browser.get("/ready").status_code == 200
                me = browser.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
                assert me.status_code == 200
            forget()

    def test_a_locked_file_is_told_and_nothing_is_lost(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AITIA_HOME", str(tmp_path))
        monkeypatch.delenv("AITIA_DATABASE_URL", raising=False)
        monkeypatch.setattr("aitia.library.store.database._BUSY", 0.2)
        services = services_of(Settings())
        make_person(services.database, "Ada Lovelace", Role.REVIEWER)
        with serving(services) as site, httpx.Client(base_url=site, timeout=30) as browser:
            form = {
                "email": email_of("Ada Lovelace"),
                "password": PASSWORD,
                "csrf": csrf_of(browser, "/sign-in"),
            }
            with contextlib.closing(sqlite3.connect(tmp_path / "aitia.sqlite")) as other:
                other.execute("BEGIN IMMEDIATE")
                assert browser.post("/sign-in", data=form).status_code == 503
            assert browser.post("/sign-in", data=form).status_code == 303
        forget()

    def test_those_who_wait_for_a_lock_keep_nobody_from_reading(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AITIA_HOME", str(tmp_path))
        monkeypatch.delenv("AITIA_DATABASE_URL", raising=False)
        monkeypatch.setattr("aitia.library.store.database._BUSY", 3)
        services = services_of(Settings())
        author = make_person(services.database, "Ann Author", Role.AUTHOR)
        token = tokens.make(services.database, author.id, "t", (tokens.Scope.WRITE,), 1, Doer())
        headers = {"Authorization": f"Bearer {token}"}
        with (
            serving(services) as site,
            httpx.Client(base_url=site, timeout=30, limits=httpx.Limits(max_connections=None)) as client,
            contextlib.closing(sqlite3.connect(tmp_path / "aitia.sqlite")) as other,
            ThreadPoolExecutor(20) as pool,
        ):
            client.get("/ask", params={"q": QUESTION})
            other.execute("BEGIN IMMEDIATE")
            began = time.monotonic()
            body = {"questions": [QUESTION]}
            sent = [
                pool.submit(client.post, "/api/v1/articles", json=body, headers=headers) for _ in range(20)
            ]
            time.sleep(0.5)
            for path in ("/ask", "/api/v1/ask"):
                assert client.get(path, params={"q": QUESTION}).status_code == 200
            assert time.monotonic() - began < 2.5
            assert not any(one.done() for one in sent)
            other.rollback()
            assert {one.result().status_code for one in sent} == {201}
        forget()


def control(address: str, what: str, *options: str) -> None:
    """Stop or start the PostgreSQL server of an address."""
    programs = binaries()
    assert programs is not None
    place = urlsplit(address)
    folder = next(
        one.parent.parent
        for one in Path("/tmp").glob("aitia-postgresql-*/data/postgresql.conf")
        if f'port={place.port}"' in (one.parent / "postmaster.opts").read_text()
    )
    given = (
        f"-c listen_addresses=127.0.0.1 -c port={place.port} -c unix_socket_directories={folder} -c fsync=off"
    )
    more = ["-o", given, "-l", str(folder / "log")] if what == "start" else list(options)
    as_other: list[str] = []
    if os.geteuid() == 0:
        owner = folder.stat()
        as_other = ["setpriv", f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups"]
    subprocess.run(
        [*as_other, str(programs / "pg_ctl"), "-D", str(folder / "data"), "-w", *more, what],
        check=True, capture_output=True, cwd=folder, timeout=60,
    )  # fmt: skip


class TestManyAtOnce:
    """Twenty reviewers act on one article at once, and a server is killed among them."""

    REVIEWERS = 20
    QUORUM = 10

    @pytest.mark.parametrize("address", ["postgresql", "sqlite"], indirect=True)
    def test_nothing_acknowledged_is_lost_and_it_is_approved_once(
        self, address: str, begin: Callable[..., Process], tmp_path: Path
    ) -> None:
        database = engine()
        (tmp_path / "policy.yaml").write_text(f"quorum: {self.QUORUM}\n")
        policy = services_of(Settings(policy=tmp_path / "policy.yaml")).policy
        author = make_person(database, "Ann Author", Role.AUTHOR)
        made = journal.open_dossier(database, author.id, Library.starter().ask(QUESTION))
        journal.act(database, policy, author.id, made.id, Submit(), seen=1)
        reviewers = [make_person(database, f"Reviewer {n:02}", Role.REVIEWER) for n in range(self.REVIEWERS)]
        scopes = (tokens.Scope.REVIEW,)
        values = [tokens.make(database, person.id, "t", scopes, 1, Doer()) for person in reviewers]
        database.dispose()
        settings = tmp_path / "settings.yaml"
        settings.write_text("reads_a_minute: 0\n")
        options = ("--policy", str(tmp_path / "policy.yaml"), "--settings", str(settings))
        # PostgreSQL: two processes, of which one is killed. SQLite: one, which is killed and started again.
        processes = [begin(*options) for _ in range(2 if address.startswith("postgresql") else 1)]
        sites = [process.site for process in processes]
        acknowledged: list[tuple[int, str, str]] = []
        kill_now = threading.Event()
        client = httpx.Client(timeout=30, limits=httpx.Limits(max_connections=None))

        def act(number: int, action: dict[str, object], note: str) -> None:
            """Send an action, to another server where one is gone, until one answers."""
            for attempt in range(400):
                site = sites[(number + attempt) % len(sites)]
                try:
                    answer = client.post(
                        f"{site}/api/v1/articles/{made.id}/actions",
                        json={"seen": 1, "action": action},
                        headers={"Authorization": f"Bearer {values[number]}"},
                    )
                except httpx.HTTPError:
                    time.sleep(0.05)
                    continue
                # 409: it was approved meanwhile, or recorded by a server that was killed before it could say so.
                assert answer.status_code in (200, 409), answer.text
                if answer.status_code == 200:
                    acknowledged.append((reviewers[number].id, str(action["action"]), note))
                    if len(acknowledged) >= 40:
                        kill_now.set()
                return
            raise AssertionError("no server answered")

        def review(number: int) -> None:
            act(number, {"action": "declare", "has_conflict": False}, "")
            for place in ("lead", "1.1"):
                act(number, {"action": "mark", "place": place, "verdict": "agree"}, place)
            words = f"From reviewer {number}"
            act(number, {"action": "comment", "text": words}, words)
            act(number, {"action": "sign", "decision": "approve"}, "")

        with client, ThreadPoolExecutor(self.REVIEWERS) as pool:
            act(0, {"action": "begin"}, "")
            under_way = [pool.submit(review, number) for number in range(self.REVIEWERS)]
            assert kill_now.wait(60)
            processes[0].end(signal.SIGKILL)
            if len(processes) == 1:
                begin(*options, port=urlsplit(sites[0]).port or 0)
            for one in under_way:
                one.result()
        found = journal.dossier(database, made.id)
        assert sum(isinstance(event.action, Approve) for event in found.events) == 1
        assert found.state == "approved"
        assert sum(isinstance(event.action, Sign) for event in found.events) == self.QUORUM
        recorded = {recorded_as(found, place) for place in range(len(found.events))}
        assert set(acknowledged) <= recorded
        assert len(acknowledged) > self.REVIEWERS * 3
        checked = verify(database)
        assert checked.fault is None
        assert [event.number for event in found.events] == list(range(1, checked.events + 1))


def recorded_as(found: Dossier, place: int) -> tuple[int, str, str]:
    """An event as the test notes what was acknowledged."""
    event = found.events[place]
    kind = event.action.__struct_config__.tag
    note = ""
    if isinstance(event.action, Mark):
        note = event.action.place
    if isinstance(event.action, Comment):
        note = event.action.text
    return event.person.id, str(kind), note


class TestLogsAndMetrics:
    @on_sqlite
    def test_a_request_is_one_line_without_what_was_asked(self, begin: Callable[..., Process]) -> None:
        process = begin()
        with httpx.Client(base_url=process.site) as client:
            answer = client.get("/ask", params={"q": "Does unspeakable shame cause ALS?"})
            client.get("/set-up/verysecret")
            client.get("/sign-in/%0A{}")
            client.post("/api/v1/ask", json={"questions": ["unspeakable"]})
            client.get("/api/v1/me", headers={"Authorization": "Bearer aitia_verysecret"})
            csrf = csrf_of(client, "/sign-in")
            client.post(
                "/sign-in", data={"email": "who@clinic.example", "password": "verysecret", "csrf": csrf}
            )
            metrics = client.get("/metrics").text
        assert process.end() == 0
        text_of_log = process.log.read_text()
        for secret in ("unspeakable", "verysecret", "who@", csrf):
            assert secret not in text_of_log
            assert secret not in metrics
        lines = {line["request"]: line for line in process.lines() if line["message"] == "request"}
        line = lines[answer.headers["x-request-id"]]
        assert (line["method"], line["path"], line["status"], line["person"]) == ("GET", "/ask", 200, None)
        assert isinstance(line["ms"], float)
        assert {line["path"] for line in lines.values()} >= {"/set-up/...", "/sign-in/\n{}", "/api/v1/ask"}
        assert 'aitia_requests_total{method="GET",route="/ask",status="200"} 1.0' in metrics
        assert 'aitia_request_seconds_count{route="/api/v1/ask"} 1.0' in metrics
        assert 'aitia_answers_total{outcome="not-answered"} 2.0' in metrics

    @on_sqlite
    def test_metrics_are_for_this_machine_or_an_administrator(self, services: Services) -> None:
        database = services.database
        with serving(services) as site:
            assert httpx.get(f"{site}/metrics").status_code == 200
            # A proxy on this machine makes everybody seem to come from here.
            assert httpx.get(f"{site}/metrics", headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 403
        public = Services(
            Settings(address="https://answers.example.org"), database, services.shelf, services.policy,
            services.templates,
        )  # fmt: skip
        people = {
            role: make_person(database, f"Some {role}", role) for role in (Role.EDITOR, Role.ADMINISTRATOR)
        }
        with serving(public) as site:
            assert httpx.get(f"{site}/metrics").status_code == 403
            for role, scope, status in (
                (Role.EDITOR, tokens.Scope.ADMIN, 403),
                (Role.ADMINISTRATOR, tokens.Scope.READ, 403),
                (Role.ADMINISTRATOR, tokens.Scope.ADMIN, 200),
            ):
                value = tokens.make(database, people[role].id, "scraper", (scope,), 1, Doer())
                answer = httpx.get(f"{site}/metrics", headers={"Authorization": f"Bearer {value}"})
                assert answer.status_code == status


class TestAroundEveryAnswer:
    @on_sqlite
    @pytest.mark.parametrize(
        "path",
        ["/", "/nothing", "/static/aitia.css", "/static/nothing", "/api/v1/ask", "/api/v1/policy", "/health"],
    )
    def test_headers_keep_the_browser_safe(self, browser: httpx.Client, path: str) -> None:
        headers = browser.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "strict-transport-security" not in headers
        assert "server" not in headers
        assert re.fullmatch(r"[0-9a-f]{16}", headers["x-request-id"])
        assert "cache-control" in headers

    @on_sqlite
    def test_pages_of_those_signed_in_are_not_kept_and_styles_are(
        self, browser: httpx.Client, services: Services
    ) -> None:
        make_person(services.database, "Ada Lovelace", Role.READER)
        sign_in(browser, email_of("Ada Lovelace"))
        assert browser.get("/").headers["cache-control"] == "no-store"
        first = browser.get("/static/aitia.css")
        assert first.headers["cache-control"] == "public, no-cache"
        again = browser.get("/static/aitia.css", headers={"If-None-Match": first.headers["etag"]})
        assert again.status_code == 304

    @on_sqlite
    def test_https_is_kept_to_once_it_was_used(self, services: Services) -> None:
        secure = Services(
            Settings(address="https://answers.example.org"), services.database, services.shelf, services.policy,
            services.templates,
        )  # fmt: skip
        with serving(secure) as site:
            assert "max-age=" in httpx.get(site).headers["strict-transport-security"]

    @on_sqlite
    def test_addresses_that_lead_nowhere(self, browser: httpx.Client) -> None:
        for path in (
            "/nothing",
            "/articles/x",
            f"/articles/{'9' * 5000}",
            "/articles/1%00",
            "/%ff",
            "/apis/",
        ):
            answer = browser.get(path)
            assert answer.status_code == 404, path
            assert "<h1>" in answer.text
        answer = browser.get("/health/?a=b&c=%2F")
        assert (answer.status_code, answer.headers["location"]) == (308, "/health?a=b&c=%2F")
        for path in ("//evil.example/", "//evil.example/health/", "/\\evil.example/", "/%2Fevil.example/"):
            assert not browser.get(path).headers.get("location", "").startswith(("//", "/\\", "http"))
        answer = browser.delete("/sign-in")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")
        answer = browser.head("/sign-in")
        assert (answer.status_code, answer.content) == (200, b"")
        assert int(answer.headers["content-length"]) > 0

    @on_sqlite
    def test_a_failure_is_a_page_with_a_number_and_no_traceback(
        self, browser: httpx.Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(*_: object) -> None:
            raise RuntimeError("the question was: unspeakable")

        monkeypatch.setattr("aitia.web.shelf.Shelf.open", fail)
        for path in ("/ask?q=x", "/api/v1/ask?q=x"):
            caplog.clear()
            answer = browser.get(path)
            assert answer.status_code == 500
            assert answer.headers["x-request-id"] in answer.text
            assert "unspeakable" not in answer.text
            assert "Traceback" not in answer.text
            assert answer.headers["content-security-policy"]
            from aitia.web.logs import JsonLines

            line = next(JsonLines().format(one) for one in caplog.records if one.name == "aitia.failures")
            assert "unspeakable" not in line
            assert json.loads(line)["error"] == "builtins.RuntimeError"
            assert json.loads(line)["request"] == answer.headers["x-request-id"]

    @on_sqlite
    def test_a_proxy_is_believed_only_where_the_settings_name_it(self, services: Services) -> None:
        def statuses(proxies: tuple[str, ...]) -> list[int]:
            named = Services(
                Settings(reads_a_minute=1, proxies=proxies), services.database, services.shelf, services.policy,
                services.templates,
            )  # fmt: skip
            with serving(named) as site:
                return [
                    httpx.get(
                        f"{site}/api/v1/policy", headers={"X-Forwarded-For": f"192.0.2.{number}"}
                    ).status_code
                    for number in range(2)
                ]

        assert statuses(()) == [200, 429]
        assert statuses(("192.0.2.9",)) == [200, 429]
        assert statuses(("127.0.0.1",)) == [200, 200]


class TestSettings:
    @pytest.mark.parametrize(
        ("text", "named"),
        [
            ("address: answers.example.org", "address"),
            ("address: https://example.org/below", "address"),
            ("port: 70000", "port"),
            ("port: eighty", "port"),
            ("proxies: [localhost]", "localhost"),
            ("session_hours: 0", "session_hours"),
            ("upload_megabytes: -1", "upload_megabytes"),
            ("quorum: 1", "quorum"),
            ("openid: {issuer: https://id.example.org}", "client_id"),
            ("[", "not YAML"),
        ],
    )
    def test_a_wrong_one_is_named(self, tmp_path: Path, text: str, named: str) -> None:
        file = tmp_path / "settings.yaml"
        file.write_text(text)
        with pytest.raises(StateError, match=named):
            read_settings(file)

    def test_the_guide_lists_every_one_with_its_default(self) -> None:
        guide = (Path(__file__).parents[2] / "docs" / "operate.md").read_text(encoding="utf-8")
        for kind in (Settings, OpenIdSettings):
            for field in msgspec.structs.fields(kind):
                row = re.search(rf"^\| `{field.name}` \|.*$", guide, re.MULTILINE)
                assert row is not None, field.name
                if isinstance(field.default, (int, float, str)) and field.default != "":
                    shown = str(field.default).lower().removesuffix(".0")
                    assert f"| `{shown}` |" in row[0].lower(), field.name
