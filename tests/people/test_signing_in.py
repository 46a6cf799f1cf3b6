"""Signing in with a password, and how guessing is slowed down."""

import threading
import time
from datetime import datetime, timedelta

import argon2
import pytest
from sqlalchemy import Engine, update

from aitia.library.store.database import reading, writing
from aitia.people import accounts, passwords, sessions
from aitia.people.audit import Doer, record
from aitia.people.errors import SignInError
from aitia.people.roles import Role
from aitia.people.signing_in import sign_in
from aitia.people.tables import audit as audit_table
from aitia.people.tables import people as people_table
from tests.people.made import PASSWORD, email_of, make_person

ADA = "Ada Lovelace"
HERE = Doer(None, "192.0.2.1")


def tried(database: Engine, password: str, name: str = ADA, doer: Doer = HERE) -> int:
    """Seconds that a try must wait; 0 if it was looked at and refused, -1 if it was let in."""
    try:
        sign_in(database, email_of(name), password, 1, doer)
    except SignInError as error:
        return error.wait
    return -1


def pass_by(database: Engine, seconds: float) -> None:
    """Let time pass, as far as the record is concerned."""
    with writing(database) as connection:
        for row in connection.execute(audit_table.select()).all():
            earlier = datetime.fromisoformat(row.at) - timedelta(seconds=seconds)
            connection.execute(
                update(audit_table)
                .where(audit_table.c.id == row.id)
                .values(at=earlier.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
            )


def test_the_wait_doubles_and_has_an_end(database: Engine) -> None:
    make_person(database, ADA)
    assert [tried(database, "wrong") for _ in range(5)] == [0] * 5
    for wait in (15, 30, 60, 120, 240):
        assert wait - 1 <= tried(database, PASSWORD) <= wait
        pass_by(database, wait + 0.5)
        assert tried(database, "wrong") == 0
    # All within fifteen minutes: 465 seconds have passed.
    assert 298 <= tried(database, PASSWORD) <= 300
    pass_by(database, 301)
    assert tried(database, PASSWORD) == -1
    # And a success forgives.
    assert [tried(database, "wrong") for _ in range(5)] == [0] * 5


def test_failures_are_forgotten_after_a_quarter_of_an_hour(database: Engine) -> None:
    make_person(database, ADA)
    for _ in range(5):
        tried(database, "wrong")
    pass_by(database, 15 * 60 + 1)
    assert tried(database, "wrong") == 0


def test_another_account_is_not_slowed_down(database: Engine) -> None:
    make_person(database, ADA)
    make_person(database, "Grace Hopper")
    for _ in range(6):
        tried(database, "wrong")
    assert tried(database, PASSWORD, "Grace Hopper") == -1


def test_one_network_cannot_try_many_accounts(database: Engine) -> None:
    make_person(database, ADA)
    with writing(database) as connection:
        for number in range(30):
            record(connection, "sign-in-refused", Doer(None, f"2001:db8:1:2::{number:x}"))
    assert tried(database, PASSWORD, doer=Doer(None, "2001:db8:1:2:ffff::1")) > 0
    assert tried(database, PASSWORD, doer=Doer(None, "2001:db8:1:3::1")) == -1
    assert tried(database, PASSWORD, doer=Doer(None, "")) == -1


def test_tries_at_once_are_counted_too(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many guesses sent together do not all come before the first failure is written."""
    make_person(database, ADA)
    monkeypatch.setattr(passwords, "_line", threading.BoundedSemaphore(40))
    found: list[int] = []
    gate = threading.Barrier(12)

    def guess() -> None:
        gate.wait()
        found.append(tried(database, "wrong"))

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found)[:6] == [0, 0, 0, 0, 0, sorted(found)[5]]
    assert sorted(found)[5] > 0


def test_a_hash_of_older_parameters_is_made_anew_and_sessions_stay(
    database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = make_person(database, ADA)
    first = sign_in(database, email_of(ADA), PASSWORD, 1, HERE)

    def known() -> str:
        with reading(database) as connection:
            return str(connection.execute(people_table.select()).one().password)

    before = known()
    monkeypatch.setattr(
        passwords,
        "PARAMETERS",
        argon2.Parameters(argon2.Type.ID, 19, 16, 32, time_cost=2, memory_cost=16, parallelism=1),
    )
    assert tried(database, "wrong") == 0
    assert known() == before
    assert tried(database, PASSWORD) == -1
    assert known().startswith("$argon2id$v=19$m=16,t=2,p=1$")
    assert sessions.find(database, first, 60) == ada
    assert tried(database, PASSWORD) == -1


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_a_refusal_takes_as_long_for_somebody_unknown(
    database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the parameters of the real service, whose hash is nearly all of the time."""
    monkeypatch.setattr(passwords, "PARAMETERS", argon2.profiles.RFC_9106_LOW_MEMORY)
    passwords.prepare()
    make_person(database, ADA)
    taken: dict[str, list[float]] = {ADA: [], "Nobody Here": []}
    for _ in range(3):
        for name, times in taken.items():
            start = time.perf_counter()
            assert tried(database, "wrong", name, Doer()) == 0
            times.append(time.perf_counter() - start)
    # Processor time would not see waiting; the shortest sees least of what else this machine does.
    known, unknown = (min(times) for times in taken.values())
    assert known > 0.02
    assert abs(known - unknown) < 0.5 * max(known, unknown), taken


def test_no_text_breaks_sign_in(database: Engine) -> None:
    make_person(database, ADA)
    for email in ("", "\0", "a\0@b.example", "x" * 10_000, "\ud800@b.example", "ada@", "%@clinic.example"):
        with pytest.raises(SignInError, match="not right"):
            sign_in(database, email, PASSWORD, 1, HERE, "agent\0" + "x" * 1000)


def test_an_account_without_a_password_has_none_that_fits(database: Engine) -> None:
    make_person(database, ADA)
    with writing(database) as connection:
        connection.execute(update(people_table).values(password=None))
    for password in ("", "None", "nobody's", PASSWORD):
        assert tried(database, password) == 0


ELSEWHERE = Doer(None, "198.51.100.7")


def test_who_fails_on_purpose_does_not_lock_out_those_who_come_from_where_they_do(database: Engine) -> None:
    make_person(database, ADA)
    assert tried(database, PASSWORD) == -1
    while not tried(database, "wrong", doer=ELSEWHERE):
        pass
    assert tried(database, PASSWORD, doer=Doer(None, "203.0.113.9")) > 0
    assert tried(database, PASSWORD) == -1
    # What fails there is counted all the same.
    assert [tried(database, "wrong") for _ in range(6)][:5] == [0] * 5
    assert tried(database, PASSWORD) > 0


def test_an_address_does_not_wait_for_one_that_begins_alike(database: Engine) -> None:
    for number in range(30):
        tried(database, "wrong", f"Nobody {number}", Doer(None, "192.0.2.10"))
    assert tried(database, "wrong", "Nobody Else", Doer(None, "192.0.2.10")) > 0
    assert tried(database, "wrong", "Nobody Else", Doer(None, "192.0.2.1")) == 0


@pytest.mark.parametrize("what", ["password", "account"])
def test_no_session_begins_after_what_has_ended_all(
    database: Engine, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, bob = make_person(database, ADA), make_person(database, "Bob Boss", Role.ADMINISTRATOR)
    matches = passwords.matches

    def meanwhile(known: str | None, password: str) -> bool:
        found = matches(known, password)
        if what == "account":
            accounts.close(database, ada.id, Doer(bob.id))
        else:
            with writing(database) as connection:
                accounts.put_password(connection, ada.id, passwords.hashed("eight quiet herons"))
        return found

    monkeypatch.setattr(passwords, "matches", meanwhile)
    assert tried(database, PASSWORD) == 0
    if what == "account":
        accounts.reopen(database, ada.id, Doer(bob.id))
    assert sessions.listed(database, ada.id, 60) == ()
