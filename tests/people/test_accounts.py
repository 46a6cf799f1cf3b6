"""Accounts: what may stand in them, and that somebody can always administer."""

import threading
import time
import unicodedata
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from aitia.library.store.database import reading, writing
from aitia.people import accounts, audit, passwords, sessions
from aitia.people.audit import Doer
from aitia.people.errors import PeopleError, UnknownPersonError
from aitia.people.roles import Role
from aitia.people.tables import sessions as sessions_table
from tests.people.made import email_of, make_person

NOBODY = Doer()


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Do several things at the same time; gives what each gave, or its error."""
    found: list[object] = [None] * len(acts)
    gate = threading.Barrier(len(acts))

    def run(place: int) -> None:
        gate.wait()
        try:
            found[place] = acts[place]()
        except PeopleError as error:
            found[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@given(st.text())
def test_an_address_has_one_form(text: str) -> None:
    once = accounts.normal_email(text)
    assert accounts.normal_email(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert accounts.normal_email(text.upper().lower()) == accounts.normal_email(text.upper())


@given(st.text())
def test_a_cleaned_line_is_one_line_without_hidden_signs(text: str) -> None:
    tidy = accounts.clean(text)
    assert accounts.clean(tidy) == tidy
    assert "\n" not in tidy
    assert "\0" not in tidy
    assert not any(unicodedata.category(sign) in ("Cc", "Cf", "Cs") for sign in tidy)


_NO_ADDRESSES = (
    "",
    "ada",
    "@clinic.example",
    "ada@",
    "a b@c.example",
    "a@b@c",
    "a,b@c.example",
    "<a@b.example>",
    "x" * 250 + "@b.example",
    "a\u202e@b.example",
    "a\0@b.example",
)


def test_what_is_no_address_makes_no_account(database: Engine) -> None:
    for email in _NO_ADDRESSES:
        with pytest.raises(PeopleError), writing(database) as connection:
            accounts.add(connection, email, "Ada", "", [], None)
        assert accounts.find(database, email) is None
    assert accounts.people(database) == ()


def test_an_address_has_one_account(database: Engine) -> None:
    make_person(database, "Ada Lovelace")
    with pytest.raises(PeopleError, match="already"), writing(database) as connection:
        accounts.add(connection, "ADA.lovelace@clinic.EXAMPLE", "Other", "", [], None)
    assert len(accounts.people(database)) == 1


def test_people_are_found_by_name_address_role_and_state(database: Engine) -> None:
    ada = make_person(database, "Ada Lovelace", Role.REVIEWER)
    grace = make_person(database, "grace 100%", Role.AUTHOR, Role.EDITOR)
    accounts.close(database, grace.id, NOBODY)

    def names(**chosen: object) -> list[str]:
        return [one.name for one in accounts.people(database, **chosen)]  # type: ignore[arg-type]

    assert names() == ["Ada Lovelace"]
    assert names(is_active=None) == ["Ada Lovelace", "grace 100%"]
    assert names(is_active=False) == ["grace 100%"]
    assert names(text="LOVE") == ["Ada Lovelace"]
    assert names(text="%", is_active=None) == ["grace 100%"]
    assert names(text="clinic.example", is_active=None) == ["Ada Lovelace", "grace 100%"]
    assert names(text="\0") == ["Ada Lovelace"]
    assert names(role=Role.REVIEWER) == ["Ada Lovelace"]
    assert names(role=Role.EDITOR) == []
    assert accounts.person(database, ada.id) == ada
    for number in (0, -1, 10**6, 2**40):
        assert accounts.person(database, number) is None
        with pytest.raises(UnknownPersonError):
            accounts.close(database, number, NOBODY)


def test_what_is_printed_is_tidied_and_its_change_recorded(database: Engine) -> None:
    ada = make_person(database, "Ada Lovelace")
    after = accounts.change_details(
        database, ada.id, " Ada\u202e  King\n", "MD,\tPhD", Doer(ada.id, "192.0.2.1")
    )
    assert (after.name, after.credentials) == ("Ada King", "MD, PhD")
    assert accounts.account(database, ada.id) == after
    entry = audit.entries(database)[0]
    assert entry.details == {
        "before": {"name": "Ada Lovelace", "credentials": "MD"},
        "after": {"name": "Ada King", "credentials": "MD, PhD"},
    }
    assert audit.words(entry) == "credentials: MD → MD, PhD; name: Ada Lovelace → Ada King"
    for name, credentials in (("", ""), ("\u200b", ""), ("x" * 201, ""), ("Ada", "x" * 301)):
        with pytest.raises(PeopleError):
            accounts.change_details(database, ada.id, name, credentials, NOBODY)


def test_two_administrators_cannot_strip_each_other_at_once(database: Engine) -> None:
    for turn in range(4):
        one = make_person(database, f"One {turn}", Role.ADMINISTRATOR)
        two = make_person(database, f"Two {turn}", Role.ADMINISTRATOR)
        for other in accounts.people(database, role=Role.ADMINISTRATOR):
            if other.id not in (one.id, two.id):
                accounts.set_roles(database, other.id, [], NOBODY)
        found = at_once(
            partial(accounts.set_roles, database, two.id, [], Doer(one.id)),
            partial(accounts.close, database, one.id, Doer(two.id)),
        )
        assert sum(isinstance(result, PeopleError) for result in found) == 1
        assert len(accounts.people(database, role=Role.ADMINISTRATOR)) == 1


def test_closing_ends_sessions_and_is_recorded_once(database: Engine) -> None:
    ada = make_person(database, "Ada Lovelace")
    with writing(database) as connection:
        value = sessions.begin(connection, ada.id, 1, "browser")
    assert sessions.find(database, value, 60) == ada
    accounts.close(database, ada.id, NOBODY)
    accounts.close(database, ada.id, NOBODY)
    assert sessions.find(database, value, 60) is None
    with reading(database) as connection:
        assert connection.execute(select(sessions_table)).all() == []
    assert [entry.kind for entry in audit.entries(database)] == ["closed"]
    accounts.reopen(database, ada.id, NOBODY)
    accounts.reopen(database, ada.id, NOBODY)
    assert [entry.kind for entry in audit.entries(database)] == ["re-opened", "closed"]
    assert sessions.find(database, value, 60) is None
    assert accounts.find(database, email_of("Ada Lovelace"))


def test_an_address_is_shown_as_people_write_it(database: Engine) -> None:
    ada = make_person(database, "Ada Lovelace")
    for address in ("2001:db8::1", "192.0.2.1", ""):
        accounts.set_roles(database, ada.id, [Role.AUTHOR], Doer(None, address))
        accounts.set_roles(database, ada.id, [], Doer(None, address))
    assert [entry.address for entry in audit.entries(database)][::2] == ["", "192.0.2.1", "2001:db8::1"]


@pytest.mark.parametrize(
    ("network", "start"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002:"),
        ("2001:db8:1:2::9", "2001:0db8:0001:0002:"),
        ("", ""),
        ("testclient", "testclient"),
        ("x" * 100, "x" * 64),
    ],
)
def test_addresses_of_one_customer_start_alike(network: str, start: str) -> None:
    assert audit.network_of(network) == start
    assert audit.whole_address(network).startswith(start)


def test_a_long_text_of_combining_marks_holds_nobody_up() -> None:
    """Putting marks in their order takes the square of their number."""
    text = "a" + "\u0315\u0316" * 100_000
    start = time.process_time()
    accounts.normal_email(text + "@b.example")
    accounts.clean(text)
    passwords.matches(None, text)
    assert time.process_time() - start < 1
