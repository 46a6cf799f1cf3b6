"""Who may do what, route by route, against what is written out in `expected`; and what a stranger may try instead."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import product
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from msgspec.structs import replace
from sqlalchemy import select, update

from aitia.library.store.database import reading, writing
from aitia.library.store.tables import metadata
from aitia.people import tokens
from aitia.people.audit import Doer
from aitia.people.tables import people as people_table
from aitia.people.tables import sessions as sessions_table
from aitia.people.tables import tokens as tokens_table
from aitia.people.tokens import Scope
from aitia.web.api.table import ROUTES as API_ROUTES
from aitia.web.application import services_of
from aitia.web.middleware import CONTENT_SECURITY_POLICY
from aitia.web.pages.all_routes import ROUTES
from aitia.web.routes import Route
from tests.library.store.opened import state_folder
from tests.people.made import csrf_of
from tests.web.conftest import serving
from tests.web.expected import EXPECTED, EXPECTED_API, Page
from tests.web.world import World, made

STRANGERS = ("anonymous", "closed", "expired", "forged")
"""Nobody, to the service: no cookie, that of a closed account, one that has ended, one that was never given."""
FORMS = ("/policy", "/sign-in")
"""A page with a form, for those who are signed in and for those who are not."""
ROLES = ("reader", "author", "reviewer", "editor", "administrator")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with state_folder(tmp_path_factory.mktemp("access")):
        yield made()


@pytest.fixture(scope="module")
def sites(world: World) -> Iterator[dict[str, str]]:
    """Two servers on one database: one where anybody may read, one where nobody may without an account."""
    with ExitStack() as stack:
        closed = replace(world.services.settings, anonymous_reading=False)
        yield {
            "anybody reads": stack.enter_context(serving(world.services)),
            "nobody reads": stack.enter_context(serving(services_of(closed))),
        }


@pytest.fixture(scope="module")
def clients(sites: dict[str, str]) -> Iterator[dict[str, httpx.Client]]:
    with ExitStack() as stack:
        yield {
            reads: stack.enter_context(httpx.Client(base_url=site, timeout=30))
            for reads, site in sites.items()
        }


@pytest.fixture
def client(clients: dict[str, httpx.Client]) -> httpx.Client:
    """Somebody who is not signed in, where anybody may read."""
    made_client = clients["anybody reads"]
    made_client.cookies.clear()
    return made_client


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


def become(world: World, client: httpx.Client, who: str) -> None:
    """Give a client what somebody's browser would hold."""
    client.cookies.clear()
    if who == "forged":
        client.cookies.set("aitia", "x" * 43)
    elif who == "closed":
        world.enter(client, "closed")
        with writing(world.database) as connection:
            connection.execute(
                update(people_table)
                .where(people_table.c.id == world.people["closed"].id)
                .values(is_active=False)
            )
    elif who == "expired":
        world.enter(client, "editor")
        with writing(world.database) as connection:
            newest = select(sessions_table.c.token).order_by(sessions_table.c.created.desc()).limit(1)
            connection.execute(
                update(sessions_table)
                .where(sessions_table.c.token == newest.scalar_subquery())
                .values(expires="2020-01-01T00:00:00.000000+00:00")
            )
    elif who != "anonymous":
        world.enter(client, who)


def send(client: httpx.Client, world: World, route: Route, page: Page, token: str | None) -> httpx.Response:
    """Send a request as the page expects it."""
    places = world.places
    path = page.at.format_map(places)
    if route.method == "GET":
        return client.get(path)
    form = {name: value.format_map(places) for name, value in page.form.items()}
    if token is not None:
        form["csrf"] = token
    return client.post(path, data=form)


def outcome(answer: httpx.Response) -> str:
    """What became of a request: let in, or kept out (by a refusal, or sent to sign in)."""
    is_sent_away = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
    if answer.status_code == 403 or is_sent_away:
        return "out"
    return "in" if answer.status_code < 500 else str(answer.status_code)


def snapshot(world: World) -> dict[str, list[Any]]:
    """All that is stored, save what every request may note: the use of sessions, and the audit."""
    with reading(world.database) as connection:
        return {
            name: [tuple(row) for row in connection.execute(select(table))]
            for name, table in metadata.tables.items()
            if name not in ("sessions", "audit", "throttles")
        }


def test_the_table_has_every_route_and_no_other() -> None:
    assert {name_of(route) for route in ROUTES} == set(EXPECTED)


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_a_route_lets_in_who_it_should_and_nobody_else(
    route: Route, world: World, clients: dict[str, httpx.Client]
) -> None:
    page = EXPECTED[name_of(route)]

    def is_let_in(case: tuple[str, str]) -> bool:
        who, reads = case
        role = "anonymous" if who in STRANGERS else who
        return role in page.allowed and (role != "anonymous" or reads == "anybody reads" or page.always_open)

    wrong = []
    # Those who are kept out come first, so that what the others do cannot hide it.
    for who, reads in sorted(product((*STRANGERS, *ROLES), clients), key=is_let_in):
        expected = "in" if is_let_in((who, reads)) else "out"
        client = clients[reads]
        become(world, client, who)
        answer = send(client, world, route, page, csrf_of(client, FORMS[who in STRANGERS]))
        found = outcome(answer)
        if found != expected:
            wrong.append(f"{who}, where {reads}: {found}, not {expected} ({answer.status_code})")
        elif route.method == "GET" and expected == "in" and answer.status_code != page.status:
            # Whoever is signed in is led on from the page for it.
            if route.path != "/sign-in" or who in STRANGERS:
                wrong.append(f"{who}, where {reads}: status {answer.status_code}, not {page.status}")
        elif route.method == "GET" and expected == "out":
            status = 303 if who in STRANGERS else 403
            if answer.status_code != status:
                wrong.append(f"{who}, where {reads}: status {answer.status_code}, not {status}")
    assert wrong == []


@pytest.mark.parametrize("route", [route for route in ROUTES if route.method == "POST"], ids=name_of)
def test_a_form_without_its_token_changes_nothing(route: Route, world: World, client: httpx.Client) -> None:
    page = EXPECTED[name_of(route)]
    who = sorted(page.allowed)[-1]
    become(world, client, who)
    anothers = csrf_of(client, FORMS[who == "anonymous"])
    become(world, client, who)
    before = snapshot(world)
    for token in (None, "", anothers, "\x00", "é" * 20, anothers[:-1]):
        answer = send(client, world, route, page, token)
        assert answer.status_code == 403, (token, answer.status_code)
        assert "set-cookie" not in answer.headers or "aitia=" not in answer.headers["set-cookie"]
    become(world, client, who)
    token = csrf_of(client, FORMS[who == "anonymous"])
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        client.headers.update(headers)
        assert send(client, world, route, page, token).status_code == 403, headers
        del client.headers[next(iter(headers))]
    assert snapshot(world) == before


@pytest.fixture(scope="module")
def bearers(world: World) -> dict[tuple[str, str], str]:
    """Tokens, by whose they are and their one scope."""
    return {
        (who, scope.value): tokens.make(
            world.database, world.people[who].id, f"{scope} only", (scope,), 1, Doer(world.people[who].id)
        )
        for who in ROLES
        for scope in Scope
    }


def test_the_table_of_the_api_has_every_route_and_no_other() -> None:
    assert {f"{route.method} {route.path}" for route in API_ROUTES} == set(EXPECTED_API)


@pytest.mark.parametrize("name", EXPECTED_API)
def test_the_api_lets_in_who_it_should_and_nobody_else(
    name: str, world: World, clients: dict[str, httpx.Client], bearers: dict[tuple[str, str], str]
) -> None:
    address = EXPECTED_API[name]
    method = name.partition(" ")[0]
    path = "/api/v1" + address.at.format_map(world.places)

    def ask(reads: str, **headers: str) -> int:
        return clients[reads].request(
            method, path, content=address.content, headers={"content-type": "application/json", **headers}
        ).status_code  # fmt: skip

    wrong = []
    for reads, client in clients.items():
        # A browser's cookie opens nothing here, whoever's it is: a page of another site could send it.
        for who in (*STRANGERS, *ROLES):
            become(world, client, who)
            is_in = "anonymous" in address.allowed and reads == "anybody reads"
            status = ask(reads)
            if (status != 401 and not is_in) or (is_in and not 200 <= status < 300):
                wrong.append(f"{who} by cookie, where {reads}: {status}")
        client.cookies.clear()
        for secret in ("Bearer x", "Bearer", "Basic YTpi", "Bearer aitia_" + "x" * 43):
            if (status := ask(reads, authorization=secret)) != 401:
                wrong.append(f"{secret}, where {reads}: {status}")
        # Those who are kept out come first, so that what the others do cannot hide it.
        for (who, scope), secret in sorted(bearers.items(), key=lambda one: one[0][0] in address.allowed):
            is_in = who in address.allowed and scope in address.scopes
            status = ask(reads, authorization=f"Bearer {secret}")
            # 422: let in, and then found to be wrong.
            if is_in != (200 <= status < 300 or status == 422) or (not is_in and status != 403):
                wrong.append(f"{who} with {scope}, where {reads}: {status}")
    assert wrong == []


NUMBERS = ("0", "-1", "1.5", "abc", "1e3", "2147483648", "9223372036854775808", "9" * 40, "9" * 5000, "%00", "1%00",
           "..%2f..%2fetc%2fpasswd", "%2e%2e", "1;drop", "%F0%9D%9F%99", "%D9%A1", "%ED%A0%80", " 1")  # fmt: skip
"""In the place of a dossier's, a version's or a person's number. The last but three are digits of other scripts."""


@pytest.mark.parametrize("route", [route for route in ROUTES if "{" in route.path], ids=name_of)
def test_a_number_or_a_name_that_there_is_not_is_not_found(
    route: Route, world: World, client: httpx.Client
) -> None:
    page = EXPECTED[name_of(route)]
    become(world, client, sorted(page.allowed & set(ROLES))[-1])
    token = csrf_of(client, "/policy")
    before = snapshot(world)
    steps = route.path.strip("/").split("/")
    given = page.at.format_map(world.places).partition("?")[0].strip("/").split("/")
    for place, step in enumerate(steps):
        if "{" not in step:
            continue
        for text in NUMBERS:
            path = "/" + "/".join([*given[:place], text, *given[place + 1 :]])
            form = {name: value.format_map(world.places) for name, value in page.form.items()}
            answer = (
                client.get(path) if route.method == "GET" else client.post(path, data={**form, "csrf": token})
            )
            assert 400 <= answer.status_code < 500, (path[:100], answer.status_code)
            assert "Traceback" not in answer.text
            assert "root:" not in answer.text
    assert snapshot(world) == before


def test_nobody_sees_or_ends_what_is_anothers(world: World, client: httpx.Client) -> None:
    world.enter(client, "editor")
    with reading(world.database) as connection:
        session = (
            connection.execute(
                select(sessions_table.c.token).where(sessions_table.c.person_id == world.people["editor"].id)
            )
            .scalars()
            .first()
        )
    assert session is not None
    draft, edited, under_review = (world.dossiers[name] for name in ("draft", "superseded", "under-review"))
    for who in ("anonymous", "reader", "administrator"):
        become(world, client, who)
        # What was not submitted yet is the board's alone, and nobody else learns that it is there.
        for path in (f"/articles/{draft}", f"/articles/{draft}/versions/1", f"/articles/{draft}/history"):
            assert client.get(path).status_code == 404, (who, path)
        assert client.get(f"/articles/{draft}/compare?old=1&new=1").status_code == 404
        # Nor a new version that is being written.
        for path in ("versions/2", "compare?old=1&new=2"):
            assert client.get(f"/articles/{edited}/{path}").status_code == 404, (who, path)
        assert "Ask your doctor." not in client.get(f"/articles/{edited}").text
        # What reviewers say to each other is not for readers either.
        for path in (f"/articles/{under_review}", f"/articles/{under_review}/history"):
            text = client.get(path).text
            for words in ("Say for whom.", "Is this the newest register?", "Kinder."):
                assert words not in text, (who, path, words)
    # Somebody else's session and token stay, whoever names them.
    editor = world.people["editor"]
    tokens.make(world.database, editor.id, "Another script", (Scope.READ,), 30, Doer(editor.id))
    token = max(one.id for one in tokens.listed(world.database, editor.id))
    world.enter(client, "reviewer")
    csrf = csrf_of(client, "/policy")
    client.post("/account/sessions", data={"csrf": csrf, "session": session})
    client.post("/account/tokens/revoke", data={"csrf": csrf, "token": str(token)})
    with reading(world.database) as connection:
        assert connection.execute(
            select(sessions_table.c.token).where(sessions_table.c.token == session)
        ).scalar()
        revoked = connection.execute(
            select(tokens_table.c.revoked).where(tokens_table.c.id == token)
        ).scalar()
        assert revoked is None


HOSTILE_NEXT = (
    "//evil.example", "https://evil.example/", "/\\evil.example", "\\\\evil.example", "/%5Cevil.example",
    "///evil.example", "/\t/evil.example", "/\n/evil.example", "javascript:alert(1)", "http:evil.example",
    "/%0d%0aSet-Cookie:%20hostile=1", "\x00//evil.example", " //evil.example", "/.//evil.example/..//x",
    "https:/evil.example", "//evil%E3%80%82example",
)  # fmt: skip


@pytest.mark.parametrize("onward", HOSTILE_NEXT)
def test_signing_in_leads_nowhere_but_here(onward: str, world: World, client: httpx.Client) -> None:
    form = {"email": world.email("reader"), "password": "seven quiet herons", "next": onward}
    page = client.get("/sign-in", params={"next": onward})
    assert page.status_code == 200
    token = csrf_of(client, "/sign-in")
    answers = [client.post("/sign-in", data={**form, "csrf": token})]
    # And for somebody who is signed in already.
    answers.append(client.get("/sign-in", params={"next": onward}))
    for answer in answers:
        assert answer.status_code == 303, answer.text
        target = answer.headers["location"]
        # Browsers take a backslash for a slash, and drop tabs and line ends.
        as_browser = target.replace("\\", "/").replace("\t", "").replace("\n", "").strip()
        assert urlsplit(urljoin(str(client.base_url), as_browser)).netloc == client.base_url.netloc.decode()
        assert "hostile" not in answer.headers.get("set-cookie", "")


def test_every_answer_is_under_the_safe_headers(world: World, client: httpx.Client) -> None:
    for who in ("anonymous", "administrator"):
        become(world, client, who)
        paths = [
            page.at.format_map(world.places) for name, page in EXPECTED.items() if name.startswith("GET ")
        ]
        for path in [
            *paths,
            "/nothing-here",
            "/static/aitia.css",
            "/static/nothing.css",
            "/review/" + "9" * 50,
        ]:
            answer = client.get(path)
            headers = answer.headers
            assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY, path
            assert "unsafe" not in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff", path
            assert headers["x-frame-options"] == "DENY", path
            assert headers["referrer-policy"] in ("same-origin", "no-referrer"), path
            assert "x-powered-by" not in headers
            if who != "anonymous" and path in paths:
                assert "no-store" in headers["cache-control"], path
            assert "access-control-allow-origin" not in headers, path


def test_the_cookie_cannot_be_read_by_scripts_or_sent_by_other_sites(
    world: World, client: httpx.Client
) -> None:
    form = {"email": world.email("reader"), "password": "seven quiet herons"}
    before = client.get("/sign-in")
    token = csrf_of(client, "/sign-in")
    client.cookies.set("aitia", "chosen-by-somebody-else")
    answer = client.post("/sign-in", data={**form, "csrf": csrf_of(client, "/sign-in")})
    assert answer.status_code == 303, answer.text
    for one in (*before.headers.get_list("set-cookie"), *answer.headers.get_list("set-cookie")):
        flags = {part.strip().lower() for part in one.split(";")[1:]}
        assert {"httponly", "samesite=lax", "path=/"} <= flags, one
        assert not any(flag.startswith("domain") for flag in flags), one
    # The value is new, whatever the browser brought along, and says nothing of who it is.
    value = answer.cookies["aitia"]
    assert len(value) >= 32
    assert value != "chosen-by-somebody-else"
    assert token
    # On HTTPS it is Secure, under a name that no neighbouring domain can set.
    secure = replace(world.services.settings, address="https://answers.example.org")
    with serving(services_of(secure)) as site, httpx.Client(base_url=site) as over_https:
        page = over_https.get("/sign-in")
        cookies = page.headers.get_list("set-cookie")
        assert cookies
        for one in cookies:
            assert one.startswith("__Host-"), one
            assert "secure" in one.lower().split("; "), one
        assert "max-age" in page.headers["strict-transport-security"]


def test_methods_that_no_route_has_are_refused(client: httpx.Client) -> None:
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"):
        for path in ("/", "/sign-in", "/review/1"):
            answer = client.request(method, path)
            assert answer.status_code in (404, 405), (method, path, answer.status_code)
