"""Signing in, accounts and their administration, through the pages of a real server."""

import html
import re
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from aitia.library.store.database import reading, writing
from aitia.people import accounts, audit, invitations, tokens
from aitia.people.roles import Role
from aitia.people.tables import sessions as sessions_table
from aitia.web.call import Services
from aitia.web.logs import shown_path
from aitia.web.settings import Settings
from aitia.web.visits import own_path
from tests.people.made import PASSWORD, csrf_of, email_of, make_person, sign_in
from tests.web.conftest import serving

ADA, GRACE, ROOT = "Ada Lovelace", "Grace Hopper", "Root Keeper"
NEW = "eleven loud bitterns"


@pytest.fixture
def administrator(services: Services, site: str) -> Iterator[httpx.Client]:
    """A browser in which an administrator is signed in."""
    make_person(services.database, ROOT, Role.ADMINISTRATOR)
    with httpx.Client(base_url=site, timeout=30) as client:
        sign_in(client, email_of(ROOT))
        yield client


def send(client: httpx.Client, page: str, action: str, **fields: str | list[str]) -> httpx.Response:
    """Open a page and send a form of it."""
    return client.post(action, data={"csrf": csrf_of(client, page), **fields})


def shown(answer: httpx.Response) -> str:
    """The text of a page."""
    return html.unescape(re.sub(r"<[^>]+>", " ", answer.text))


def kinds(services: Services) -> list[str]:
    """What the audit holds, oldest first."""
    return [entry.kind for entry in reversed(audit.entries(services.database, limit=500))]


class TestSignIn:
    def test_a_person_signs_in_and_out(self, browser: httpx.Client, services: Services) -> None:
        make_person(services.database, ADA, Role.REVIEWER)
        sign_in(browser, email_of(ADA))
        assert browser.get("/sign-in").headers["location"] == "/"
        assert ADA in shown(browser.get("/account"))
        value = browser.cookies["aitia"]
        assert send(browser, "/account", "/sign-out").headers["location"] == "/"
        assert "aitia" not in browser.cookies
        browser.cookies.set("aitia", value)
        assert browser.get("/account").headers["location"] == "/sign-in?next=%2Faccount"
        assert kinds(services) == ["sign-in-tried", "sign-in", "sign-out"]

    def test_sign_in_leads_on_to_the_page_that_was_wanted(
        self, browser: httpx.Client, services: Services
    ) -> None:
        make_person(services.database, ADA)
        csrf = csrf_of(browser, "/sign-in?next=/account%23tokens")
        answer = browser.post(
            "/sign-in",
            data={
                "csrf": csrf,
                "email": email_of(ADA),
                "password": PASSWORD,
                "next": "/account?done=details",
            },
        )
        assert answer.headers["location"] == "/account?done=details"

    @pytest.mark.parametrize(
        "elsewhere",
        [
            "https://evil.example/",
            "//evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "/\t/evil.example",
            "javascript:alert(1)",
            "/x\r\nSet-Cookie: x=1",
            "",
        ],
    )
    def test_sign_in_leads_nowhere_else(
        self, browser: httpx.Client, services: Services, elsewhere: str
    ) -> None:
        make_person(services.database, ADA)
        csrf = csrf_of(browser, "/sign-in")
        answer = browser.post(
            "/sign-in",
            data={"csrf": csrf, "email": email_of(ADA), "password": PASSWORD, "next": elsewhere},
        )
        assert answer.headers["location"] == "/"
        assert "x" not in answer.cookies

    def test_the_address_may_be_typed_in_capitals_and_the_password_in_another_form(
        self, browser: httpx.Client, services: Services
    ) -> None:
        make_person(services.database, ADA, password="neuf h\u00e9rons muets")
        sign_in(browser, email_of(ADA).upper(), "neuf he\u0301rons muets")

    def test_a_wrong_password_and_an_unknown_address_are_refused_alike(
        self, browser: httpx.Client, services: Services
    ) -> None:
        make_person(services.database, ADA, Role.REVIEWER)
        closed = make_person(services.database, GRACE)
        make_person(services.database, ROOT, Role.ADMINISTRATOR)
        accounts.close(services.database, closed.id, audit.Doer())
        csrf = csrf_of(browser, "/sign-in")
        pages = []
        for email, password in (
            (email_of(ADA), "not the password"),
            (email_of(GRACE), PASSWORD),
            (email_of("Nobody Here"), PASSWORD),
            ("", ""),
            ("ada", PASSWORD),
            ("x" * 5000 + "@y.example", PASSWORD),
        ):
            answer = browser.post("/sign-in", data={"csrf": csrf, "email": email, "password": password})
            assert answer.status_code == 401
            assert "aitia" not in answer.cookies
            pages.append(answer.text.replace(f'value="{email}"', 'value=""'))
        assert len(set(pages)) == 1

    def test_the_session_is_a_new_one_whatever_cookie_was_there(
        self, browser: httpx.Client, services: Services
    ) -> None:
        make_person(services.database, ADA)
        browser.cookies.set("aitia", "chosen-by-an-attacker")
        csrf = csrf_of(browser, "/sign-in")
        answer = browser.post("/sign-in", data={"csrf": csrf, "email": email_of(ADA), "password": PASSWORD})
        assert answer.status_code == 303
        assert answer.cookies["aitia"] != "chosen-by-an-attacker"
        browser.cookies.clear()
        browser.cookies.set("aitia", "chosen-by-an-attacker")
        assert browser.get("/account").status_code == 303

    def test_signing_in_again_ends_the_session_before(
        self, browser: httpx.Client, services: Services
    ) -> None:
        make_person(services.database, ADA)
        make_person(services.database, GRACE)
        sign_in(browser, email_of(ADA))
        before = browser.cookies["aitia"]
        path = invitations.password_link(
            services.database, accounts.people(services.database)[1].id, audit.Doer()
        )
        assert send(browser, path, path, password=NEW, again=NEW).status_code == 303
        assert GRACE in shown(browser.get("/account"))
        browser.cookies.clear()
        browser.cookies.set("aitia", before)
        assert browser.get("/account").status_code == 303

    def test_after_five_failures_the_account_waits_and_the_right_password_too(
        self, browser: httpx.Client, services: Services
    ) -> None:
        make_person(services.database, ADA)
        csrf = csrf_of(browser, "/sign-in")
        for name in (ADA, "Nobody Here"):
            fields = {"csrf": csrf, "email": email_of(name)}
            for _ in range(5):
                assert browser.post("/sign-in", data={**fields, "password": "wrong"}).status_code == 401
            answer = browser.post("/sign-in", data={**fields, "password": PASSWORD})
            assert answer.status_code == 429
            assert 10 <= int(answer.headers["retry-after"]) <= 15
            assert "Wait" in shown(answer)

    def test_another_server_process_knows_of_the_failures(
        self, browser: httpx.Client, services: Services
    ) -> None:
        make_person(services.database, ADA)
        csrf = csrf_of(browser, "/sign-in")
        fields = {"csrf": csrf, "email": email_of(ADA), "password": "wrong"}
        for _ in range(5):
            browser.post("/sign-in", data=fields)
        with serving(services) as other, httpx.Client(base_url=other) as client:
            fields["csrf"] = csrf_of(client, "/sign-in")
            assert client.post("/sign-in", data=fields).status_code == 429


class TestSessions:
    def test_a_session_ends_after_its_hours_and_after_too_long_a_pause(
        self, browser: httpx.Client, services: Services
    ) -> None:
        make_person(services.database, ADA)
        for column in ("expires", "seen"):
            sign_in(browser, email_of(ADA))
            assert browser.get("/account").status_code == 200
            with writing(services.database) as connection:
                connection.execute(update(sessions_table).values({column: "2026-01-01T00:00:00.000000Z"}))
            assert browser.get("/account").status_code == 303

    def test_use_is_noted_at_most_once_a_minute(self, browser: httpx.Client, services: Services) -> None:
        make_person(services.database, ADA)
        sign_in(browser, email_of(ADA))

        def seen() -> str:
            with reading(services.database) as connection:
                return str(connection.execute(select(sessions_table.c.seen)).scalar_one())

        first = seen()
        browser.get("/account")
        assert seen() == first
        from aitia.moments import moment

        with writing(services.database) as connection:
            connection.execute(update(sessions_table).values(seen=moment(minutes=-2)))
        before = seen()
        browser.get("/account")
        assert seen() > before

    def test_a_person_ends_another_session_of_theirs_and_nobody_elses(
        self, site: str, services: Services
    ) -> None:
        make_person(services.database, ADA)
        make_person(services.database, GRACE)
        with (
            httpx.Client(base_url=site) as one,
            httpx.Client(base_url=site) as two,
            httpx.Client(base_url=site) as other,
        ):
            sign_in(one, email_of(ADA))
            sign_in(two, email_of(ADA))
            sign_in(other, email_of(GRACE))
            with reading(services.database) as connection:
                rows = connection.execute(select(sessions_table.c.token, sessions_table.c.person_id)).all()
            for row in rows:
                send(other, "/account", "/account/sessions", session=row.token)
            assert one.get("/account").status_code == two.get("/account").status_code == 200
            assert other.get("/account").status_code == 303  # its own
            send(one, "/account", "/account/sessions")
            assert two.get("/account").status_code == 303
            assert one.get("/account").status_code == 200

    def test_the_cookie_cannot_be_read_by_scripts_nor_sent_from_elsewhere(
        self, browser: httpx.Client, services: Services
    ) -> None:
        make_person(services.database, ADA)
        answer = send(browser, "/sign-in", "/sign-in", email=email_of(ADA), password=PASSWORD)
        cookie = next(line for line in answer.headers.get_list("set-cookie") if line.startswith("aitia="))
        assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))

    def test_behind_https_the_cookie_is_bound_to_the_host(self, address: str) -> None:
        del address
        from aitia.web.application import services_of

        services = services_of(Settings(address="https://answers.example.org"))
        make_person(services.database, ADA)
        with serving(services) as place, httpx.Client(base_url=place) as client:
            page = client.get("/sign-in")
            form = page.headers["set-cookie"]
            assert form.startswith("__Host-aitia-form=")
            csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
            assert csrf
            answer = client.post(
                "/sign-in",
                data={"csrf": csrf[1], "email": email_of(ADA), "password": PASSWORD},
                headers={"cookie": form.partition(";")[0], "origin": "https://answers.example.org"},
            )
            assert answer.status_code == 303
            cookie = next(
                line for line in answer.headers.get_list("set-cookie") if line.startswith("__Host-aitia=")
            )
            assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
            assert "domain" not in cookie.lower()


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
class TestForgery:
    @pytest.mark.parametrize("token", ["", "0" * 64, "é"])
    def test_a_form_without_the_visitors_token_is_refused(
        self, browser: httpx.Client, services: Services, token: str
    ) -> None:
        make_person(services.database, ADA)
        fields = {"csrf": token, "email": email_of(ADA), "password": PASSWORD}
        assert browser.post("/sign-in", data=fields).status_code == 403
        csrf_of(browser, "/sign-in")
        assert browser.post("/sign-in", data=fields).status_code == 403

    def test_the_token_of_another_visitor_is_refused(
        self, site: str, browser: httpx.Client, services: Services
    ) -> None:
        make_person(services.database, ADA)
        make_person(services.database, GRACE)
        sign_in(browser, email_of(ADA))
        with httpx.Client(base_url=site) as other:
            sign_in(other, email_of(GRACE))
            csrf = csrf_of(other, "/account")
        answer = browser.post("/account/details", data={"csrf": csrf, "name": "Mallory"})
        assert answer.status_code == 403
        assert accounts.find(services.database, email_of(ADA)).name == ADA  # type: ignore[union-attr]

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({"sec-fetch-site": "cross-site"}, 403),
            ({"sec-fetch-site": "same-site"}, 403),
            ({"sec-fetch-site": "same-origin"}, 303),
            ({"origin": "https://evil.example"}, 403),
            ({"origin": "null"}, 403),
            ({"origin": "http://[::"}, 403),
            ({"origin": "OURS"}, 303),
            ({}, 303),
        ],
    )
    def test_a_form_sent_from_another_site_is_refused(
        self, site: str, browser: httpx.Client, services: Services, headers: dict[str, str], status: int
    ) -> None:
        make_person(services.database, ADA)
        sign_in(browser, email_of(ADA))
        csrf = csrf_of(browser, "/account")
        answer = browser.post(
            "/account/details",
            data={"csrf": csrf, "name": "Ada King"},
            headers={name: value.replace("OURS", site) for name, value in headers.items()},
        )
        assert answer.status_code == status


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
class TestSetUp:
    def test_the_first_administrator_follows_the_link_and_nobody_after(
        self, browser: httpx.Client, services: Services
    ) -> None:
        path = invitations.set_up_link(services.database)
        assert path
        page = shown(browser.get(path))
        assert "first administrator" in page
        fields = {"email": email_of(ROOT), "name": ROOT, "password": NEW, "again": NEW}
        answer = send(browser, path, path, **fields)
        assert answer.headers["location"] == "/admin/people"
        assert ROOT in shown(browser.get("/admin/people"))
        assert browser.get(path).status_code == 404
        assert invitations.set_up_link(services.database) is None
        assert kinds(services) == ["set-up-link", "set-up"]

    def test_a_new_start_voids_the_link_before(self, browser: httpx.Client, services: Services) -> None:
        first = invitations.set_up_link(services.database)
        second = invitations.set_up_link(services.database)
        assert first
        assert second
        assert browser.get(first).status_code == 404
        assert browser.get(second).status_code == 200

    def test_a_mistake_keeps_what_was_typed_and_the_link(
        self, browser: httpx.Client, services: Services
    ) -> None:
        path = invitations.set_up_link(services.database)
        assert path
        fields = {"email": email_of(ROOT), "name": ROOT, "credentials": '"><b>'}
        for password, again, words in (
            ("short", "short", "at least 12 characters"),
            (NEW, NEW + "x", "differ"),
            ("rootkeeper 1234567", "rootkeeper 1234567", "guesser"),
        ):
            answer = send(browser, path, path, **fields, password=password, again=again)
            assert answer.status_code == 400
            assert words in shown(answer)
            assert f'value="{ROOT}"' in answer.text
            assert "<b>" not in answer.text
        assert send(browser, path, path, **fields, password=NEW, again=NEW).status_code == 303


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
class TestInvitations:
    def test_somebody_is_invited_and_joins_with_the_roles(
        self, site: str, administrator: httpx.Client, services: Services
    ) -> None:
        answer = send(
            administrator,
            "/admin/people",
            "/admin/people",
            email="Ada.Lovelace@clinic.example",
            roles=["author", "reviewer", "no-role"],
        )
        link = re.search(r'id="link"[^>]*value="([^"]+)"', answer.text)
        assert link
        assert link[1].startswith(site + "/invitation/")
        assert answer.headers["cache-control"] == "no-store"
        with httpx.Client() as client:
            client.base_url = httpx.URL(site)
            path = link[1].removeprefix(site)
            assert email_of(ADA) in shown(client.get(path))
            answer = send(
                client, path, path, name=f"  {ADA}\u202e ", credentials="MD", password=NEW, again=NEW
            )
            assert answer.status_code == 303
            assert answer.headers["location"] == "/review"
            assert client.get("/account").status_code == 200
            assert client.get(path).status_code == 404
        made = accounts.find(services.database, email_of(ADA))
        assert made
        assert (made.name, made.credentials, made.roles) == (ADA, "MD", (Role.AUTHOR, Role.REVIEWER))

    def test_an_invitation_is_taken_back(
        self, browser: httpx.Client, administrator: httpx.Client, services: Services
    ) -> None:
        path = invitations.invite(services.database, email_of(ADA), (), audit.Doer())
        link = invitations.waiting(services.database)[0]
        send(administrator, "/admin/people", "/admin/people/take-back", invitation=link.token)
        assert browser.get(path).status_code == 404
        assert invitations.waiting(services.database) == ()

    def test_no_link_and_a_used_one_say_the_same(self, browser: httpx.Client, services: Services) -> None:
        path = invitations.invite(services.database, email_of(ADA), (), audit.Doer())
        send(browser, path, path, name=ADA, password=NEW, again=NEW)
        browser.cookies.clear()
        pages = {
            browser.get(where).text
            for where in (path, "/invitation/x", "/set-up/x", "/new-password/x", path + "x")
        }
        assert len({shown(httpx.Response(200, text=page)) for page in pages}) == 1

    def test_somebody_with_an_account_is_not_invited_again(
        self, administrator: httpx.Client, services: Services
    ) -> None:
        make_person(services.database, ADA)
        answer = send(administrator, "/admin/people", "/admin/people", email=email_of(ADA))
        assert answer.status_code == 400
        assert "already" in shown(answer)


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
class TestAdministration:
    def test_roles_given_and_taken_count_at_once(
        self, browser: httpx.Client, administrator: httpx.Client, services: Services
    ) -> None:
        ada = make_person(services.database, ADA)
        sign_in(browser, email_of(ADA))
        assert browser.get("/admin/people").status_code == 403
        page = f"/admin/people/{ada.id}"
        send(administrator, page, page + "/roles", roles=["administrator", "editor"])
        assert browser.get("/admin/people").status_code == 200
        send(administrator, page, page + "/roles", roles=["editor"])
        assert browser.get("/admin/people").status_code == 403
        changes = [e.details for e in audit.entries(services.database, kinds=["roles"])]
        assert changes == [
            {"before": ["editor", "administrator"], "after": ["editor"]},
            {"before": [], "after": ["editor", "administrator"]},
        ]

    def test_the_last_administrator_stays(self, administrator: httpx.Client, services: Services) -> None:
        me = accounts.people(services.database)[0].id
        page = f"/admin/people/{me}"
        for action in ("/roles", "/close"):
            answer = send(administrator, page, page + action)
            assert answer.status_code == 409
            assert "last administrator" in shown(answer)
        assert administrator.get("/admin/people").status_code == 200

    def test_a_closed_account_is_out_at_once_and_comes_back_without_tokens(
        self, browser: httpx.Client, administrator: httpx.Client, services: Services
    ) -> None:
        ada = make_person(services.database, ADA)
        sign_in(browser, email_of(ADA))
        secret = tokens.make(
            services.database, ada.id, "script", (tokens.Scope.READ,), 30, audit.Doer(ada.id)
        )
        page = f"/admin/people/{ada.id}"
        send(administrator, page, page + "/close")
        assert browser.get("/account").status_code == 303
        assert tokens.find(services.database, secret) is None
        assert "Nobody of that name" in shown(administrator.get("/admin/people?q=lovelace"))
        assert ADA in shown(administrator.get("/admin/people?q=LOVE&show=closed"))
        send(administrator, page, page + "/reopen")
        assert tokens.find(services.database, secret) is None
        sign_in(browser, email_of(ADA))

    def test_a_forgotten_password_is_replaced_by_a_link(
        self, browser: httpx.Client, administrator: httpx.Client, services: Services
    ) -> None:
        ada = make_person(services.database, ADA)
        sign_in(browser, email_of(ADA))
        page = f"/admin/people/{ada.id}"
        answer = send(administrator, page, page + "/password-link")
        link = re.search(r'id="link"[^>]*value="[^"]+(/new-password/[^"]+)"', answer.text)
        assert link
        old_cookie = browser.cookies["aitia"]
        browser.cookies.clear()
        assert send(browser, link[1], link[1], password=NEW, again=NEW).status_code == 303
        assert browser.get(link[1]).status_code == 404
        assert browser.cookies["aitia"] != old_cookie
        browser.cookies.set("aitia", old_cookie)
        browser.cookies.clear()
        browser.cookies.set("aitia", old_cookie)
        assert browser.get("/account").status_code == 303
        sign_in(browser, email_of(ADA), NEW)

    @pytest.mark.parametrize("number", ["0", "77", "2147483648", "9" * 30, "-1", "x"])
    def test_a_person_that_is_not_there_is_not_found(self, administrator: httpx.Client, number: str) -> None:
        assert administrator.get(f"/admin/people/{number}").status_code == 404

    def test_the_audit_is_paged_and_filtered(self, administrator: httpx.Client, services: Services) -> None:
        people = [make_person(services.database, f"Person {i:03}") for i in range(60)]
        for one in people:
            accounts.set_roles(services.database, one.id, [Role.AUTHOR], audit.Doer(1, "198.51.100.7"))
        first = administrator.get("/admin/audit?kind=roles")
        assert "Person 059" in shown(first)
        older = re.search(r'href="([^"]+before=[^"]+)"', first.text)
        assert older
        second = administrator.get(html.unescape(older[1]))
        assert "before=" not in second.text
        assert first.text.count("198.51.100.7") == 50
        assert second.text.count("198.51.100.7") == 10
        about_one = administrator.get(f"/admin/audit?person={people[3].id}&kind=roles")
        assert about_one.text.count("198.51.100.7") == 1
        for odd in ("kind=%00x", "kind=zzz", "person=abc", "before=999999999999999999", "before=-1"):
            assert administrator.get(f"/admin/audit?{odd}").status_code in (200, 400)


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
class TestAccount:
    def test_a_password_is_changed_and_other_sessions_end(
        self, site: str, browser: httpx.Client, services: Services
    ) -> None:
        make_person(services.database, ADA)
        sign_in(browser, email_of(ADA))
        with httpx.Client(base_url=site) as other:
            sign_in(other, email_of(ADA))
            for present, new, again, status in (
                ("wrong", NEW, NEW, 400),
                (PASSWORD, NEW, "other", 400),
                (PASSWORD, "lovelace lovelace", "lovelace lovelace", 400),
                (PASSWORD, NEW, NEW, 303),
            ):
                answer = send(
                    browser, "/account", "/account/password", present=present, password=new, again=again
                )
                assert answer.status_code == status, shown(answer)
            assert browser.get("/account").status_code == 200
            assert other.get("/account").status_code == 303
            sign_in(other, email_of(ADA), NEW)

    def test_the_present_password_cannot_be_guessed_without_end(
        self, browser: httpx.Client, services: Services
    ) -> None:
        make_person(services.database, ADA)
        sign_in(browser, email_of(ADA))
        fields = {"present": "wrong", "password": NEW, "again": NEW}
        answers = [send(browser, "/account", "/account/password", **fields).status_code for _ in range(6)]
        assert answers == [400] * 5 + [429]

    def test_a_token_is_shown_once_and_revoked(self, browser: httpx.Client, services: Services) -> None:
        ada = make_person(services.database, ADA, Role.REVIEWER)
        sign_in(browser, email_of(ADA))
        answer = send(
            browser, "/account", "/account/tokens", name="<nightly>", scopes=["read", "review"], days="30"
        )
        value = re.search(r'value="(aitia_[^"]+)"', answer.text)
        assert value
        assert value[1] not in browser.get("/account").text
        found = tokens.find(services.database, value[1])
        assert found == (ada, frozenset({tokens.Scope.READ, tokens.Scope.REVIEW}))
        held = tokens.listed(services.database, ada.id)[0]
        assert "&lt;nightly&gt;" in browser.get("/account").text
        send(browser, "/account", "/account/tokens/revoke", token=str(held.id))
        assert tokens.find(services.database, value[1]) is None
        for fields in (
            {"name": "", "scopes": ["read"]},
            {"name": "x"},
            {"name": "x", "scopes": ["read"], "days": "9999"},
        ):
            assert send(browser, "/account", "/account/tokens", **{"days": "30", **fields}).status_code == 400  # type: ignore[arg-type]

    def test_nobody_revokes_the_token_of_another(self, browser: httpx.Client, services: Services) -> None:
        ada, grace = make_person(services.database, ADA), make_person(services.database, GRACE)
        del ada
        secret = tokens.make(
            services.database, grace.id, "script", (tokens.Scope.READ,), 30, audit.Doer(grace.id)
        )
        sign_in(browser, email_of(ADA))
        for number in (str(tokens.listed(services.database, grace.id)[0].id), "", "x", "9" * 40):
            assert send(browser, "/account", "/account/tokens/revoke", token=number).status_code == 404
        assert tokens.find(services.database, secret)


def test_the_log_keeps_no_link() -> None:
    for folder in invitations.PATHS.values():
        assert shown_path(folder + "a-value") == folder + "..."


@given(st.text())
@hypothesis_settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_asked_for_the_way_on_stays_here(text: str) -> None:
    joined = httpx.URL("https://answers.example/sign-in").join(own_path(text))
    assert (joined.scheme, joined.host) == ("https", "answers.example")
