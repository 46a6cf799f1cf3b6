"""People for tests, and signing in as one of them. With it, passwords are hashed cheaply for the whole test run."""

import re

import argon2
import httpx
from sqlalchemy import Engine

from aitia.library.store.database import writing
from aitia.people import accounts, passwords
from aitia.people.roles import Role
from aitia.review.nouns import Person

passwords.PARAMETERS = argon2.profiles.CHEAPEST

PASSWORD = "seven quiet herons"


def email_of(name: str) -> str:
    """The e-mail address that `make_person` gives: of Ada Lovelace, ada.lovelace@clinic.example."""
    return f"{name.lower().replace(' ', '.')}@clinic.example"


def make_person(
    database: Engine, name: str, *roles: Role, password: str = PASSWORD, credentials: str = "MD"
) -> Person:
    """An account in the database."""
    hashed = passwords.hashed(password)
    with writing(database) as connection:
        return accounts.add(connection, email_of(name), name, credentials, roles, hashed).person


def sign_in(client: httpx.Client, email: str, password: str = PASSWORD) -> None:
    """Sign in through the page, as a browser does; the client keeps the cookie."""
    client.cookies.clear()
    answer = client.post(
        "/sign-in", data={"csrf": csrf_of(client, "/sign-in"), "email": email, "password": password}
    )
    assert answer.status_code == 303, answer.text


def csrf_of(client: httpx.Client, path: str) -> str:
    """The token against forgery in the first form of a page."""
    answer = client.get(path)
    found = re.search(r'name="csrf" value="([^"]*)"', answer.text)
    assert found, f"{path} answers {answer.status_code} and shows no form"
    return found[1]
