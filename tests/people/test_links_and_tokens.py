"""One-time links, sessions and tokens, without the pages."""

from contextlib import suppress
from functools import partial

import pytest
from sqlalchemy import Engine, insert, select, text, update

from aitia.library.store.database import reading, writing
from aitia.moments import moment
from aitia.people import accounts, audit, invitations, sessions, tokens
from aitia.people.audit import Doer
from aitia.people.errors import PeopleError, UnknownPersonError
from aitia.people.invitations import INVITATION, PASSWORD, SET_UP, NewPerson
from aitia.people.roles import Role
from aitia.people.tables import invitations as links_table
from aitia.people.tables import sessions as sessions_table
from aitia.people.tables import tokens as tokens_table
from aitia.people.tokens import Scope
from aitia.people.values import fingerprint, fresh
from tests.people.made import email_of, make_person
from tests.people.test_accounts import at_once

ADA = "Ada Lovelace"
NOBODY = Doer()
NEW = NewPerson("Ada", "MD", "eleven loud bitterns")


def value_of(path: str | None) -> str:
    """What stands at the end of a link."""
    assert path
    return path.rpartition("/")[2]


def everything(database: Engine) -> str:
    """All that the database holds of people, as text."""
    with reading(database) as connection:
        return " ".join(
            str(tuple(row))
            for table in ("people", "sessions", "invitations", "tokens", "audit")
            for row in connection.execute(text(f"SELECT * FROM {table}"))
        )


def test_a_link_followed_by_many_at_once_opens_to_one(database: Engine) -> None:
    value = value_of(invitations.invite(database, email_of(ADA), (Role.AUTHOR,), NOBODY))
    found = at_once(
        *[partial(invitations.join, database, INVITATION, value, NEW, 1.0, NOBODY) for _ in range(6)]
    )
    assert sum(isinstance(result, str) for result in found) == 1
    assert all(isinstance(result, str | UnknownPersonError) for result in found)
    assert len(accounts.people(database)) == 1


def test_a_link_opens_only_what_it_is_for_and_not_for_ever(database: Engine) -> None:
    value = value_of(invitations.invite(database, email_of(ADA), (), NOBODY))
    for kind in (SET_UP, PASSWORD):
        with pytest.raises(UnknownPersonError):
            invitations.join(database, kind, value, NEW, 1, NOBODY)
    with pytest.raises(UnknownPersonError):
        invitations.new_password(database, value, "eleven loud bitterns", 1, NOBODY)
    with writing(database) as connection:
        connection.execute(update(links_table).values(expires=moment(seconds=-1)))
    for attempt in (
        partial(invitations.find, database, INVITATION, value),
        partial(invitations.join, database, INVITATION, value, NEW, 1, NOBODY),
    ):
        with pytest.raises(UnknownPersonError):
            attempt()
    assert invitations.waiting(database) == ()


@pytest.mark.parametrize(("kind", "hours"), [(SET_UP, 24), (INVITATION, 168), (PASSWORD, 24)])
def test_links_live_as_long_as_is_said(kind: str, hours: int) -> None:
    assert invitations.HOURS[kind] == hours


def test_a_refused_password_leaves_the_link_whole(database: Engine) -> None:
    value = value_of(invitations.invite(database, email_of(ADA), (), NOBODY))
    for told in (
        NewPerson("Ada", "", "short"),
        NewPerson("", "", NEW.password),
        NewPerson("Ada", "x" * 301, NEW.password),
    ):
        with pytest.raises(PeopleError):
            invitations.join(database, INVITATION, value, told, 1, NOBODY)
    assert invitations.join(database, INVITATION, value, NEW, 1, NOBODY)


def test_an_account_made_meanwhile_keeps_its_password(database: Engine) -> None:
    value = value_of(invitations.invite(database, email_of(ADA), (Role.ADMINISTRATOR,), NOBODY))
    make_person(database, ADA)
    with pytest.raises(PeopleError, match="already"):
        invitations.join(database, INVITATION, value, NEW, 1, NOBODY)
    assert accounts.people(database)[0].roles == ()


def test_closing_an_account_voids_its_links(database: Engine) -> None:
    ada = make_person(database, ADA)
    value = value_of(invitations.password_link(database, ada.id, NOBODY))
    accounts.close(database, ada.id, NOBODY)
    with pytest.raises(UnknownPersonError):
        invitations.new_password(database, value, NEW.password, 1, NOBODY)
    with pytest.raises(PeopleError, match="closed"):
        invitations.password_link(database, ada.id, NOBODY)


def test_nothing_in_the_database_opens_anything(database: Engine) -> None:
    """Whoever reads a copy of the database holds no session, link, token or password."""
    ada = make_person(database, ADA, password="seven quiet herons")
    secrets = [
        value_of(invitations.set_up_link(database)),
        value_of(invitations.invite(database, email_of("Grace Hopper"), (), NOBODY)),
        value_of(invitations.password_link(database, ada.id, NOBODY)),
        tokens.make(database, ada.id, "script", (Scope.READ,), 1, NOBODY),
        "seven quiet herons",
    ]
    with writing(database) as connection:
        secrets.append(sessions.begin(connection, ada.id, 1, ""))
    held = everything(database)
    for secret in secrets:
        assert secret not in held
        assert secret.removeprefix(tokens.PREFIX) not in held


def test_values_are_long_and_never_the_same(database: Engine) -> None:
    ada = make_person(database, ADA)
    with writing(database) as connection:
        values = {sessions.begin(connection, ada.id, 1, "") for _ in range(50)}
    assert len(values) == 50
    assert all(len(value) == 43 for value in values)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 "
            "Safari/537.36 Edg/140.0.0.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", "not named"),
    ],
)
def test_a_browser_has_a_short_name(agent: str, words: str) -> None:
    assert sessions.browser(agent) == words


def test_sessions_that_have_ended_are_cleared_away(database: Engine) -> None:
    ada = make_person(database, ADA)
    for _ in range(3):
        with writing(database) as connection:
            sessions.begin(connection, ada.id, -1, "")
    with reading(database) as connection:
        assert len(connection.execute(select(sessions_table)).all()) == 1


def test_noting_use_does_not_wait_for_a_long_write(database: Engine) -> None:
    ada = make_person(database, ADA)
    with writing(database) as connection:
        value = sessions.begin(connection, ada.id, 1, "")
        connection.execute(update(sessions_table).values(seen=moment(minutes=-5)))
    secret = tokens.make(database, ada.id, "script", (Scope.READ,), 1, NOBODY)
    with writing(database) as connection:
        connection.execute(update(sessions_table).values(agent="locked"))
        connection.execute(update(tokens_table).values(name="locked"))
        started = moment()
        assert sessions.find(database, value, 60) == ada
        assert tokens.find(database, secret)
        assert moment(seconds=-2) < started
    with reading(database) as connection:
        assert connection.execute(select(tokens_table.c.used)).scalar() is None
    assert tokens.find(database, secret)
    with reading(database) as connection:
        assert connection.execute(select(tokens_table.c.used)).scalar()
        if connection.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 60_000


def test_a_token_has_the_roles_of_now_and_an_end(database: Engine) -> None:
    ada = make_person(database, ADA, Role.REVIEWER)
    secret = tokens.make(database, ada.id, " night\u202ely ", (Scope.REVIEW, Scope.READ), 30, Doer(ada.id))
    assert secret.startswith("aitia_")
    assert tokens.listed(database, ada.id)[0].name == "nightly"
    found = tokens.find(database, secret)
    assert found == (ada, frozenset({Scope.READ, Scope.REVIEW}))
    accounts.set_roles(database, ada.id, [], NOBODY)
    found = tokens.find(database, secret)
    assert found
    assert found[0].roles == ()
    for wrong in (
        "",
        "aitia_",
        secret[:-1],
        secret + "x",
        secret.removeprefix("aitia_"),
        "aitia_\0",
        "aitia_\ud800",
    ):
        assert tokens.find(database, wrong) is None
    with writing(database) as connection:
        connection.execute(update(tokens_table).values(expires=moment(seconds=-1)))
    assert tokens.find(database, secret) is None
    assert tokens.listed(database, ada.id) == ()


def test_several_starts_at_once_make_one_link_and_one_administrator(database: Engine) -> None:
    paths: list[str | None] = []
    at_once(*[lambda: paths.append(invitations.set_up_link(database))] * 4)
    with reading(database) as connection:
        assert len(connection.execute(select(links_table)).all()) == 1
    # Were there two links all the same, only one of them would make an administrator.
    values = [fresh() for _ in range(4)]
    with writing(database) as connection:
        kept = connection.execute(select(links_table)).one()._asdict()
        for value in values:
            connection.execute(insert(links_table).values({**kept, "token": fingerprint(value)}))

    def join(value: str) -> None:
        told = NewPerson("Ada", "MD", "eleven loud bitterns", f"{value}@clinic.example")
        with suppress(UnknownPersonError):
            invitations.join(database, SET_UP, value, told, 1, NOBODY)

    at_once(*(partial(join, value) for value in values))
    assert len(accounts.people(database, role=Role.ADMINISTRATOR)) == 1


def test_a_person_has_at_most_fifty_tokens(database: Engine) -> None:
    ada = make_person(database, ADA)
    for number in range(tokens.MOST):
        tokens.make(database, ada.id, f"{number}", (Scope.READ,), 1, NOBODY)
    with pytest.raises(PeopleError, match="50"):
        tokens.make(database, ada.id, "one more", (Scope.READ,), 1, NOBODY)
    with writing(database) as connection:
        connection.execute(
            update(tokens_table).where(tokens_table.c.name == "7").values(expires=moment(days=-1))
        )
    tokens.make(database, ada.id, "one more", (Scope.READ,), 1, NOBODY)


def test_the_audit_pages_from_the_newest(database: Engine) -> None:
    with writing(database) as connection:
        for number in range(7):
            audit.record(connection, "set-up-link", NOBODY, None, {"count": number})
    first = audit.entries(database, limit=3)
    second = audit.entries(database, before=first[-1].id, limit=3)
    assert [entry.details["count"] for entry in first + second] == [6, 5, 4, 3, 2, 1]
    assert audit.entries(database, kinds=["roles"]) == []
