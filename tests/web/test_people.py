"""Signing in, accounts and their administration, through the pages."""

import httpx

from aitia.people.roles import Role
from aitia.web.call import Services
from tests.people.made import PASSWORD, csrf_of, email_of, make_person, sign_in


def test_a_person_signs_in_and_out(browser: httpx.Client, services: Services) -> None:
    make_person(services.database, "Ada Lovelace", Role.REVIEWER)
    sign_in(browser, email_of("Ada Lovelace"))
    assert "aitia" in browser.cookies
    assert browser.get("/sign-in").headers["location"] == "/"


def test_a_wrong_password_and_an_unknown_address_are_refused_alike(
    browser: httpx.Client, services: Services
) -> None:
    make_person(services.database, "Ada Lovelace", Role.REVIEWER)
    csrf = csrf_of(browser, "/sign-in")
    pages = []
    for email, password in (
        (email_of("Ada Lovelace"), "not the password"),
        (email_of("Nobody Here"), PASSWORD),
        ("", ""),
        ("a\0b@x", PASSWORD),
    ):
        answer = browser.post("/sign-in", data={"csrf": csrf, "email": email, "password": password})
        assert answer.status_code == 401
        assert "aitia" not in answer.cookies
        pages.append(answer.text.replace('value="{}"'.format(email.replace("\0", "\ufffd")), ""))
    assert len(set(pages)) == 1
