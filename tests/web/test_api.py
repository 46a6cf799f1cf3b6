"""The JSON API: who may use it, what it answers, and how it tells what went wrong."""

import io
import time
from collections.abc import Iterator, Mapping

import httpx
import msgspec
import pytest
from msgspec import Struct

from aitia.evidence.article import Article, content_hash
from aitia.library.store import libraries
from aitia.library.store.libraries import StoredLibrary
from aitia.people import accounts, tokens
from aitia.people.audit import Doer
from aitia.people.roles import Role
from aitia.people.tokens import Scope
from aitia.review import journal
from aitia.review.nouns import Dossier, Person
from aitia.review.verifying import verify
from aitia.web import work
from aitia.web.api.nouns import ApiRoute
from aitia.web.api.table import ROUTES
from aitia.web.call import Services
from aitia.web.routes import ROLES, Need
from aitia.web.settings import Settings
from tests.library.store.conftest import on_sqlite
from tests.people.made import email_of, make_person, sign_in
from tests.web.conftest import serving

QUESTION = "Does smoking cause ALS?"


ROLE_NAMES = ("reader", "author", "reviewer", "editor", "administrator")


def address_of(route: ApiRoute) -> str:
    """An address of the route, with something in the place of its parts."""
    path = route.path
    for part, value in (("{number:int}", "1"), ("{name}", "als-starter"), ("{key}", "x"), ("{id}", "x")):
        path = path.replace(part, value)
    return path.replace("{version:int}", "1").replace("{ordinal:int}", "1")


class Team(Struct, frozen=True):
    """People with a token each, by role; and the clients that carry them."""

    site: str
    services: Services
    people: dict[str, Person]
    clients: dict[str, httpx.Client]

    def __getitem__(self, who: str) -> httpx.Client:
        return self.clients[who]

    def token(self, who: str, *scopes: Scope) -> str:
        return tokens.make(self.services.database, self.people[who].id, "test", scopes, 1, Doer())

    def act(
        self, who: str, number: int, action: Mapping[str, object], seen: int = 1, **more: object
    ) -> httpx.Response:
        return self[who].post(f"/articles/{number}/actions", json={"seen": seen, "action": action, **more})

    def opened(self) -> int:
        answer = self["author"].post("/articles", json={"questions": [QUESTION]})
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    def under_review(self) -> int:
        number = self.opened()
        assert self.act("author", number, {"action": "submit"}).status_code == 200
        assert self.act("reviewer", number, {"action": "begin"}).status_code == 200
        for who in ("reviewer", "second"):
            assert self.act(who, number, {"action": "declare", "has_conflict": False}).status_code == 200
        return number


@pytest.fixture
def settings() -> Settings:
    return Settings(reads_a_minute=0)


@pytest.fixture
def team(site: str, services: Services) -> Iterator[Team]:
    names = {
        "reader": Role.READER, "author": Role.AUTHOR, "reviewer": Role.REVIEWER, "second": Role.REVIEWER,
        "editor": Role.EDITOR, "administrator": Role.ADMINISTRATOR,
    }  # fmt: skip
    people = {
        who: make_person(services.database, f"{who.capitalize()} Person", role) for who, role in names.items()
    }
    made = Team(site, services, people, {"nobody": httpx.Client(base_url=f"{site}/api/v1", timeout=30)})
    for who in people:
        made.clients[who] = httpx.Client(
            base_url=f"{site}/api/v1",
            timeout=30,
            headers={"Authorization": f"Bearer {made.token(who, *Scope)}"},
        )
    yield made
    for client in made.clients.values():
        client.close()


def problem(answer: httpx.Response, status: int, kind: str = "about:blank") -> dict[str, object]:
    """What a problem says, checked to be one."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    said: dict[str, object] = answer.json()
    assert said["status"] == status
    assert said.get("type", "about:blank") == kind
    assert said["instance"] == f"urn:aitia:request:{answer.headers['x-request-id']}"
    assert said["detail"]
    return said


def test_an_answer_is_the_librarys_own(team: Team) -> None:
    expected = team.services.shelf.open().ask(QUESTION, "patient", "short")
    by_address = team["nobody"].get("/ask", params={"q": QUESTION, "audience": "patient", "length": "short"})
    by_content = team["nobody"].post(
        "/ask", json={"questions": [QUESTION], "audience": "patient", "length": "short"}
    )
    for answer in (by_address, by_content):
        found = msgspec.convert(answer.json()["article"], Article)
        assert content_hash(found) == found.content_hash == expected.content_hash
        assert answer.json()["approval"] is None


@on_sqlite
def test_a_follow_up_is_completed_from_the_questions_before(team: Team) -> None:
    answer = team["nobody"].get("/ask", params={"q": ["What are the causes of ALS?", "and in women?"]})
    assert "women" in answer.json()["question"]
    assert "ALS" in answer.json()["question"]


@on_sqlite
def test_an_answer_is_sent_once_while_it_is_the_same(team: Team) -> None:
    first = team["nobody"].get("/ask", params={"q": QUESTION})
    again = team["nobody"].get(
        "/ask", params={"q": QUESTION}, headers={"If-None-Match": f'"old", W/{first.headers["etag"]}'}
    )
    assert (again.status_code, again.content) == (304, b"")
    other = team["nobody"].get(
        "/ask",
        params={"q": QUESTION, "length": "short"},
        headers={"If-None-Match": first.headers["etag"]},
    )
    assert other.status_code == 200


@on_sqlite
@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/ask", "required field `q`"),
        ("/ask?q=x&nonsense=1", "nonsense"),
        ("/ask?q=x&audience=a&audience=b", "given twice"),
        ("/ask?q=x&audience=pirate", "audience"),
        (f"/ask?q={'x' * 1001}", "length <= 1000"),
        ("/search?q=x&top=0", "top"),
        ("/search?q=x&top=a", "top"),
        ("/search?q=%00", "no text"),
        ("/policy?page=1", "no parameter"),
    ],
)
def test_a_wrong_parameter_is_named(team: Team, path: str, words: str) -> None:
    assert words in str(problem(team["nobody"].get(path), 422, "/api#invalid")["detail"])


@on_sqlite
def test_content_that_cannot_be_taken_is_told_apart(team: Team) -> None:
    client = team["nobody"]
    json = {"Content-Type": "application/json"}
    problem(client.post("/ask", content=b"{", headers=json), 400, "/api#invalid")
    problem(client.post("/ask", content=b"[" * 100_000, headers=json), 422, "/api#invalid")
    problem(client.post("/ask", content=b'{"questions": ["\\ud800"]}', headers=json), 400, "/api#invalid")
    problem(client.post("/ask", content=b'{"questions": ["\\u0000"]}', headers=json), 422, "/api#invalid")
    problem(client.post("/ask", json={"questions": []}), 422, "/api#invalid")
    problem(client.post("/ask", json={"questions": ["x"], "q": 1}), 422, "/api#invalid")
    problem(client.post("/ask", data={"questions": "x"}), 415, "/api#invalid")
    problem(client.get("/nothing"), 404)
    problem(client.get("/articles/99999999999"), 404)
    problem(client.get("/articles/7"), 404)
    answer = client.delete("/ask")
    problem(answer, 405)
    assert answer.headers["allow"] == "GET, HEAD, POST"


@on_sqlite
def test_lists_are_followed_by_their_links_to_the_end(team: Team) -> None:
    expected = sorted(source.id for source in team.services.shelf.open().contents.sources)  # type: ignore[union-attr]
    found: list[str] = []
    path = "/libraries/als-starter/sources?limit=120"
    for _ in range(4):
        answer = team["nobody"].get(path)
        found += [item["id"] for item in answer.json()["items"]]
        if "next" not in answer.links:
            break
        path = answer.links["next"]["url"].removeprefix("/api/v1")
    assert found == expected


class TestWhoMay:
    @on_sqlite
    def test_use_an_address_follows_its_row_of_the_table(self, team: Team) -> None:
        found, expected = {}, {}
        with httpx.Client(base_url=f"{team.site}/api/v1", timeout=30) as client:

            def status(route: ApiRoute, token: str) -> int:
                headers = {"Authorization": f"Bearer {token}"} if token else {}
                return client.request(route.method, address_of(route), headers=headers).status_code

            for route in ROUTES:
                case = f"{route.method} {route.path}"
                found[case, "nobody"] = status(route, "") == 401
                expected[case, "nobody"] = route.need is not Need.READ
                found[case, "forged"], expected[case, "forged"] = status(route, "aitia_forged") == 401, True
            for who in ROLE_NAMES:
                for scope in Scope:
                    token = team.token(who, scope)
                    for route in ROUTES:
                        needed = ROLES.get(route.need)
                        lacks_role = needed is not None and Role(who) not in needed
                        case = f"{route.method} {route.path}"
                        found[case, f"{who} {scope}"] = status(route, token) == 403
                        expected[case, f"{who} {scope}"] = lacks_role or scope not in route.scopes
        assert found == expected

    @on_sqlite
    def test_a_cookie_opens_nothing(self, team: Team) -> None:
        with httpx.Client(base_url=team.site, timeout=30) as browser:
            sign_in(browser, email_of("Author Person"))
            assert browser.get("/account").status_code == 200
            problem(browser.get("/api/v1/me"), 401, "/api#token")
            problem(browser.post("/api/v1/articles", json={"questions": [QUESTION]}), 401, "/api#token")

    @on_sqlite
    def test_reading_needs_a_token_where_anonymous_reading_is_off(self, team: Team) -> None:
        closed = Services(
            msgspec.structs.replace(team.services.settings, anonymous_reading=False),
            team.services.database, team.services.shelf, team.services.policy, team.services.templates,
        )  # fmt: skip
        with serving(closed) as place, httpx.Client(base_url=place, timeout=30) as client:
            answer = client.get("/api/v1/ask", params={"q": QUESTION})
            problem(answer, 401, "/api#token")
            assert answer.headers["www-authenticate"].startswith("Bearer")
            token = {"Authorization": f"Bearer {team.token('reader', Scope.READ)}"}
            assert client.get("/api/v1/ask", params={"q": QUESTION}, headers=token).status_code == 200

    def test_a_closed_account_and_a_role_taken_away_count_at_once(self, team: Team) -> None:
        number = team.under_review()
        database = team.services.database
        accounts.set_roles(database, team.people["reviewer"].id, (Role.READER,), Doer())
        answer = team.act("reviewer", number, {"action": "mark", "place": "lead", "verdict": "agree"})
        problem(answer, 403)
        accounts.close(database, team.people["second"].id, Doer())
        problem(team["second"].get("/me"), 401, "/api#token")

    @on_sqlite
    def test_write_alone_does_not_sign(self, team: Team) -> None:
        number = team.under_review()
        with httpx.Client(base_url=f"{team.site}/api/v1") as client:
            client.headers["Authorization"] = f"Bearer {team.token('reviewer', Scope.WRITE)}"
            action = {"seen": 1, "action": {"action": "sign", "decision": "approve"}}
            problem(client.post(f"/articles/{number}/actions", json=action), 403, "/api#scope")
        with httpx.Client(base_url=f"{team.site}/api/v1") as client:
            client.headers["Authorization"] = f"Bearer {team.token('author', Scope.REVIEW)}"
            action = {"seen": 1, "action": {"action": "submit"}}
            problem(client.post(f"/articles/{number}/actions", json=action), 403, "/api#scope")


class TestReview:
    def test_an_article_goes_from_draft_to_approved(self, team: Team) -> None:
        number = team.under_review()
        for who in ("reviewer", "second"):
            answer = team.act(who, number, {"action": "sign", "decision": "approve"})
        made = msgspec.convert(answer.json(), Dossier)
        assert made.state == "approved"
        assert made == journal.dossier(team.services.database, number)
        assert answer.headers["etag"] == f'"{number}-{made.events[-1].number}"'
        shown = team["nobody"].get(f"/articles/{number}").json()
        assert (shown["state"], shown["version"], shown["article"]["question"]) == ("approved", 1, QUESTION)
        assert "roles" not in shown["versions"][0]["by"]
        assert [item["id"] for item in team["nobody"].get("/articles").json()["items"]] == [number]
        assert verify(team.services.database).fault is None
        head = team["nobody"].get("/journal").json()
        assert verify(team.services.database, head["hash"]).fault is None

    @on_sqlite
    def test_an_approved_article_answers_from_then_on(self, team: Team) -> None:
        number = team.under_review()
        path = "/ask?q=does+smoking+cause+als"
        before = team["nobody"].get(path)
        for who in ("reviewer", "second"):
            team.act(who, number, {"action": "sign", "decision": "approve"})
        after = team["nobody"].get(path, headers={"If-None-Match": before.headers["etag"]})
        assert before.json()["approval"] is None
        assert after.json()["approval"]["article"] == number
        assert after.json()["approval"]["version"] == 1
        # What an author keeps is the library's answer of today, never the approved one again.
        edit = {"action": "edit", "reason": "Plainer."}
        team.act("author", number, edit, changes={"lead": "Smoking may raise the risk of ALS."})
        assert team["nobody"].get(path).json()["approval"] is None

    @on_sqlite
    def test_a_draft_is_not_there_for_readers(self, team: Team) -> None:
        number = team.opened()
        for who in ("nobody", "reader"):
            problem(team[who].get(f"/articles/{number}"), 404)
            problem(team[who].get(f"/articles/{number}/versions/1"), 404)
            assert team[who].get("/articles").json()["items"] == []
            assert team[who].get("/articles", params={"state": "draft"}).json()["items"] == []
        assert team["reviewer"].get(f"/articles/{number}").status_code == 200
        team.act("author", number, {"action": "submit"})
        assert team["nobody"].get(f"/articles/{number}").json()["state"] == "submitted"
        problem(team["nobody"].get(f"/articles/{number}/dossier"), 401, "/api#token")
        problem(team["reader"].get(f"/articles/{number}/dossier"), 403, "/api#role")

    def test_a_stale_action_is_told_with_both_versions(self, team: Team) -> None:
        number = team.under_review()
        edit = {"action": "edit", "reason": "Plainer."}
        answer = team.act("author", number, edit, changes={"lead": "Smoking may raise the risk of ALS."})
        assert answer.status_code == 200
        hashes = [version["content_hash"] for version in answer.json()["versions"]]
        mark = {"action": "mark", "place": "lead", "verdict": "agree"}
        said = problem(team.act("reviewer", number, mark), 409, "/api#stale")
        assert (said["seen"], said["latest"]) == (1, 2)
        assert [said["seen_hash"], said["latest_hash"]] == hashes
        found = team["author"].get(f"/articles/{number}/compare", params={"old": 1, "new": 2}).json()
        assert [(one["part"], one["new"]) for one in found if one["part"] == "lead"] == [
            ("lead", "Smoking may raise the risk of ALS.")
        ]

    @on_sqlite
    def test_a_request_that_is_sent_twice_is_recorded_once(self, team: Team) -> None:
        number = team.under_review()
        etag = team["reviewer"].get(f"/articles/{number}/dossier").headers["etag"]
        comment = {"seen": 1, "action": {"action": "comment", "text": "Once."}}
        sent = [
            team["reviewer"].post(f"/articles/{number}/actions", json=comment, headers={"If-Match": etag})
            for _ in range(2)
        ]
        assert sent[0].status_code == 200
        problem(sent[1], 412, "/api#changed")
        events = team["editor"].get(f"/articles/{number}/events").json()["items"]
        assert [event["action"]["action"] for event in events].count("comment") == 1
        assert sent[0].headers["etag"] == team["editor"].get(f"/articles/{number}/dossier").headers["etag"]

    @on_sqlite
    def test_what_the_rules_refuse_is_told_in_words(self, team: Team) -> None:
        number = team.under_review()
        said = problem(team.act("author", number, {"action": "sign", "decision": "approve"}), 403)
        assert "reviewer" in str(said["detail"])
        problem(team.act("reviewer", number, {"action": "begin"}), 409)
        problem(team.act("reviewer", number, {"action": "mark", "place": "99.1", "verdict": "agree"}), 404)
        problem(team.act("reviewer", number, {"action": "mark", "place": "lead", "verdict": "change"}), 409)
        for kind in ("approve", "open", "expire", "dance"):
            problem(team.act("editor", number, {"action": kind}), 422, "/api#invalid")
        problem(team.act("reviewer", number, {"action": "comment", "text": "x"}, changes={"lead": "y"}), 409)
        problem(team.act("reviewer", number, {"action": "comment", "text": "x"}, seen=7), 404)

    @on_sqlite
    def test_the_same_words_again_are_no_edit(self, team: Team) -> None:
        number = team.opened()
        said = problem(team.act("author", number, {"action": "edit", "reason": "x", "renewed": True}), 409)
        assert "nothing was changed" in str(said["detail"]).lower()


class TestPeople:
    @on_sqlite
    def test_roles_are_given_and_the_last_administrator_stays(self, team: Team) -> None:
        reader, boss = team.people["reader"].id, team.people["administrator"].id
        client = team["administrator"]
        answer = client.put(f"/people/{reader}/roles", json={"roles": ["reviewer", "reader"]})
        assert answer.json()["roles"] == ["reader", "reviewer"]
        assert team["reader"].get("/me").json()["person"]["roles"] == ["reader", "reviewer"]
        problem(client.put(f"/people/{boss}/roles", json={"roles": []}), 409)
        problem(client.put("/people/999/roles", json={"roles": []}), 404)
        listed = client.get("/people").json()
        assert len(listed) == len(team.people)
        assert not any("password" in one for one in listed)


class TestLoads:
    @on_sqlite
    def test_what_cannot_be_asked_for_is_refused_and_a_job_can_be_followed(self, team: Team) -> None:
        libraries.create(team.services.database, "neurology")
        client = team["editor"]
        for address in ("file:///etc/passwd", "http://127.0.0.1/", "nonsense"):
            answer = client.post("/libraries/neurology/jobs", json={"addresses": [address]})
            assert address in str(problem(answer, 422, "/api#invalid")["detail"])
        problem(client.post("/libraries/als-starter/jobs", json={"addresses": ["doi:10.1/x"]}), 404)
        problem(client.post("/libraries/nowhere/jobs", json={"addresses": ["doi:10.1/x"]}), 404)
        problem(client.get("/jobs/1"), 404)
        number = work.begin(
            team.services.database, stored(team, "neurology"), 1, "add", [("a.txt", text_file())]
        )
        deadline = time.monotonic() + 20
        while (found := client.get(f"/jobs/{number}").json())["state"] in ("waiting", "running"):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert (found["state"], found["added"], found["troubles"]) == ("done", 1, [])
        assert client.post(f"/jobs/{number}/stop").json()["state"] == "done"
        listed = team["nobody"].get("/libraries/neurology/sources").json()["items"]
        key = listed[0]["id"]
        passages = team["nobody"].get(f"/libraries/neurology/sources/{key}/passages").json()["items"]
        one = team["nobody"].get(f"/libraries/neurology/sources/{key}/passages/1").json()
        assert passages[0] == one
        assert "motor neurones" in one["text"]
        problem(team["nobody"].get(f"/libraries/neurology/sources/{key}/passages/9"), 404)


def stored(team: Team, name: str) -> StoredLibrary:
    found = libraries.find(team.services.database, name)
    assert found is not None
    return found


def text_file() -> io.BytesIO:
    return io.BytesIO(
        b"Amyotrophic lateral sclerosis\n\nThe disease destroys motor neurones within some years.\n"
    )


@on_sqlite
def test_the_description_is_served_and_names_every_address(team: Team) -> None:
    described = team["nobody"].get("/openapi.json").json()
    assert described["openapi"] == "3.1.0"
    named = {(method.upper(), path) for path, methods in described["paths"].items() for method in methods}
    assert named == {(route.method, route.path.replace(":int", "")) for route in ROUTES}
