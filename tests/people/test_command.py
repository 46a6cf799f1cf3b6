"""aitia people: for an operator who is locked out."""

import re
import subprocess
import sys

import pytest
from sqlalchemy import Engine

from aitia.__main__ import run
from aitia.people import accounts, audit, invitations
from aitia.people.invitations import INVITATION, NewPerson
from aitia.people.roles import Role
from tests.people.made import email_of, make_person

Capture = pytest.CaptureFixture[str]
ADA = email_of("Ada Lovelace")


def people(capsys: Capture, *arguments: str) -> tuple[int, str]:
    """Exit code and output of a command; for a mistake, its message."""
    code = run(["people", *arguments])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return code, captured.out or captured.err


def test_an_operator_looks_after_people(database: Engine, capsys: Capture) -> None:
    code, link = people(capsys, "invite", ADA, "author", "reviewer", "--address", "https://a.example/")
    assert code == 0
    found = re.fullmatch(r"https://a\.example/invitation/([\w-]{43})\n", link)
    assert found
    invitations.join(
        database,
        INVITATION,
        found[1],
        NewPerson("Ada Lovelace", "MD", "eleven loud bitterns"),
        1,
        audit.Doer(),
    )
    assert people(capsys, "roles", ADA, "administrator") == (0, f"{ADA}: administrator\n")
    assert people(capsys, "list") == (0, f"1\t{ADA}\tAda Lovelace\tadministrator\n")
    assert people(capsys, "reset", ADA.upper())[1].startswith("/new-password/")
    make_person(database, "Root Keeper", Role.ADMINISTRATOR)
    assert people(capsys, "close", ADA) == (0, f"{ADA} is closed.\n")
    assert ADA not in people(capsys, "list")[1]
    assert f"{ADA}\tAda Lovelace\tadministrator (closed)" in people(capsys, "list", "--all")[1]
    assert people(capsys, "reopen", ADA)[0] == 0
    assert accounts.find(database, ADA).is_active  # type: ignore[union-attr]


def test_mistakes_are_one_line(database: Engine, capsys: Capture) -> None:
    make_person(database, "Ada Lovelace", Role.ADMINISTRATOR)
    for arguments, words in (
        (("invite", "ada"), "not an e-mail address"),
        (("invite", ADA), "an account for"),
        (("reset", "nobody@clinic.example"), "no account for"),
        (("roles", ADA, "reader"), "last administrator"),
        (("close", ADA), "last administrator"),
    ):
        code, message = people(capsys, *arguments)
        assert code == 10
        assert words in message
        assert len(message.splitlines()) == 1
    assert people(capsys, "roles", ADA, "king")[0] == 2


def test_help_is_quick_and_loads_no_database() -> None:
    program = (
        "import sys; from aitia.__main__ import run; run(['people', '--help']); "
        "print([name for name in ('sqlalchemy', 'argon2', 'fastapi') if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert "invite" in shown
    assert shown.endswith("[]\n")
