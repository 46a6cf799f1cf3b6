"""Which passwords are taken, and how they are kept."""

import subprocess
import sys
import unicodedata

import argon2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitia.errors import StateError
from aitia.people import passwords
from tests.people import made

assert made


@pytest.mark.parametrize(
    "password",
    [
        "seven quiet herons",
        "correct horse battery staple",
        "Kp7#vR2!qL9z",
        "mein Hut, der hat drei Ecken",
        "日本語のながいあいことばです",
        "in Lisbon it rained, 2026",
        "x" * 3 + "bramble fence onion",
        "tr0mbone & l1lacs",
        " spaces around count ",
    ],
)
def test_a_few_words_in_a_row_are_taken(password: str) -> None:
    assert passwords.refusal(password, "Ada Lovelace", "ada.lovelace@clinic.example") is None


@pytest.mark.parametrize(
    "password",
    [
        "elevensigns",
        "x" * 257,
        "password1234",
        "P@ssw0rd2026!",
        "PasswordPassword",
        "passwordpasswordpassword",
        "123456789012",
        "098765432109",
        "aaaaaaaaaaaaaa",
        "abcabcabcabcabc",
        "qwertyuiop[]",
        "qwertzuiop123",
        "abcdefghijklmnop",
        "            ",
        "Welcome2026!!!",
        "Summer2026Summer2026",
        "Winter-2025-Winter",
        "adminadmin123",
        "letmein12345",
        "hospital1234",
        "iloveyou2026",
        "aitia-aitia-aitia",
        "lovelace is here to stay",
        "the clinic of the lake",
        "ADA.LOVELACE@clinic",
    ],
)
def test_what_a_guesser_tries_first_is_refused(password: str) -> None:
    assert passwords.refusal(password, "Ada Lovelace", "ada.lovelace@clinic.example")


@given(st.text(), st.text(max_size=40))
def test_whatever_is_typed_gets_an_answer(password: str, name: str) -> None:
    refused = passwords.refusal(password, name)
    assert refused is None or refused.endswith(".")
    if not passwords.SHORTEST <= len(password) <= passwords.LONGEST:
        assert refused


@given(st.text(max_size=60))
def test_a_password_matches_its_hash_in_whatever_form_it_is_typed(password: str) -> None:
    known = passwords.hashed(password)
    assert passwords.matches(known, password)
    assert passwords.matches(known, unicodedata.normalize("NFD", password))
    assert not passwords.matches(known, password + "x")
    assert not passwords.matches(None, password)


def test_two_hashes_of_one_password_differ() -> None:
    assert passwords.hashed("seven quiet herons") != passwords.hashed("seven quiet herons")


@pytest.mark.parametrize("known", ["", "no hash", "$argon2id$v=19$m=8,t=1,p=1$", "$2b$12$abc", "\0"])
def test_a_damaged_hash_matches_nothing(known: str) -> None:
    assert not passwords.matches(known, "seven quiet herons")


def test_the_parameters_outside_of_tests_are_those_of_rfc_9106() -> None:
    """Section 4, the second recommended option: Argon2id, 3 passes, 4 lanes, 64 MiB, 128 bits of salt, 256 of tag."""
    program = "from aitia.people.passwords import hashed; print(hashed('seven quiet herons'))"
    made_there = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert made_there.stdout.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    _, _, _, _, salt, tag = made_there.stdout.strip().split("$")
    assert (len(salt) * 6 // 8, len(tag) * 6 // 8) == (16, 32)
    assert passwords.matches(made_there.stdout.strip(), "seven quiet herons")
    assert passwords.is_outdated(made_there.stdout.strip())


def test_the_hash_is_the_one_that_argon2_itself_makes() -> None:
    """Against the reference implementation's own interface, with the salt of ours."""
    known = passwords.hashed("seven quiet herons")
    _, _, _, _, salt, tag = known.split("$")
    import base64

    def whole(text: str) -> bytes:
        return base64.b64decode(text + "=" * (-len(text) % 4))

    parameters = passwords.PARAMETERS
    raw = argon2.low_level.hash_secret_raw(
        b"seven quiet herons",
        whole(salt),
        parameters.time_cost,
        parameters.memory_cost,
        parameters.parallelism,
        parameters.hash_len,
        argon2.low_level.Type.ID,
    )
    assert raw == whole(tag)


def test_a_crowd_waits_in_a_short_line_and_is_then_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_PATIENCE", 0.01)
    taken = [passwords._line.acquire(blocking=False) for _ in range(passwords._IN_LINE)]
    try:
        assert all(taken)
        with pytest.raises(StateError, match="too many people are signing in"):
            passwords.hashed("seven quiet herons")
    finally:
        for _ in taken:
            passwords._line.release()
    assert passwords.hashed("seven quiet herons")
