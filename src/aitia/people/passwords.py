"""Passwords: which are taken, and how they are kept (Argon2id, RFC 9106).

The rules follow NIST SP 800-63B-4: length counts, no demands on kinds of characters, no change by the calendar,
and passwords that a guesser tries first are refused.
"""

import dataclasses
import re
import threading
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import argon2

from aitia.errors import StateError

PARAMETERS = argon2.profiles.RFC_9106_LOW_MEMORY
"""64 MiB, 3 passes, 4 lanes: the second recommended choice of RFC 9106, about a tenth of a second here."""

SHORTEST, LONGEST = 12, 256
"""Characters."""
_LEFT = 6
"""Characters that must be left when all that a guesser would try is taken out."""
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "zxcvbnm",
)
_LEET = str.maketrans("0134578@$!", "oleastbasi")

_AT_ONCE, _IN_LINE, _PATIENCE = 2, 6, 1.0
_line = threading.BoundedSemaphore(_IN_LINE)
_turn = threading.BoundedSemaphore(_AT_ONCE)
"""Each hash takes 64 MiB: a crowd of sign-ins must not take the memory or, for longer than
this many seconds, the threads of those who read."""


def refusal(password: str, *personal: str) -> str | None:
    """Why a password cannot be taken, in words for the person; None if it can.

    personal: names and e-mail addresses that it must not hold.
    """
    if len(password) < SHORTEST:
        return f"Use at least {SHORTEST} characters; a few words in a row are easy to remember."
    if len(password) > LONGEST:
        return f"Use at most {LONGEST} characters."
    plain = password.lower()
    for part in _parts(personal):
        if part in plain:
            return f"It holds “{part}”, which a guesser would try first. Use words that have nothing to do with you."
    for known in (plain, plain.translate(_LEET)):
        if len(_unguessed(known)) < _LEFT:
            return (
                "It is among the first that a guesser would try. "
                "A few words in a row that only you would choose are better."
            )
    return None


def _parts(personal: tuple[str, ...]) -> list[str]:
    """The words of four letters or more in names and e-mail addresses."""
    words = [word for text in personal for word in re.split(r"[^\w]+|_", text.lower())]
    return [word for word in words if len(word) >= 4 and word not in ("example", "mail", "gmail")]


def _unguessed(text: str) -> str:
    """What is left of a password without common words, runs, repetitions, years and marks."""
    for word in _common_words():
        text = text.replace(word, " ")
    text = re.sub(r"(?:19|20)\d\d", " ", text)
    text = re.sub(r"(.{1,8}?)\1{2,}", r" ", text, flags=re.DOTALL)
    text = re.sub(r"(.{3,})\1", r"\1", text, flags=re.DOTALL)
    for row in (*_ROWS, *(row[::-1] for row in _ROWS)):
        for start in range(len(row) - 3):
            for end in range(len(row), start + 3, -1):
                text = text.replace(row[start:end], " ")
    return "".join(sign for sign in text if not sign.isspace())


@cache
def _common_words() -> tuple[str, ...]:
    """Words that passwords are made of too often, the longest first."""
    return tuple(Path(__file__).with_name("common_words.txt").read_text(encoding="utf-8").split())


def hashed(password: str) -> str:
    """The Argon2id hash of a password, with its parameters and salt in it.

    Raises StateError if too many are being made at this moment.
    """
    with _Turn():
        return argon2.PasswordHasher.from_parameters(PARAMETERS).hash(_bytes(password))


def matches(known: str | None, password: str) -> bool:
    """Whether a password is the one that was hashed. Without a hash, as much work is done, for nothing.

    Raises StateError if too many are being checked at this moment.
    """
    with _Turn():
        hasher = argon2.PasswordHasher.from_parameters(PARAMETERS)
        try:
            return hasher.verify(known or _nobodys(), _bytes(password)) and known is not None
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False


def is_outdated(known: str) -> bool:
    """Whether a hash was made with other parameters than are used now."""
    return argon2.PasswordHasher.from_parameters(PARAMETERS).check_needs_rehash(known)


def prepare() -> None:
    """Make beforehand what the first refusal would otherwise take longer for."""
    _nobodys()


def _nobodys() -> str:
    return _hash_of_nobody(dataclasses.astuple(PARAMETERS))


@cache
def _hash_of_nobody(parameters: tuple[Any, ...]) -> str:
    return argon2.PasswordHasher.from_parameters(argon2.Parameters(*parameters)).hash("nobody's")


def _bytes(password: str) -> bytes:
    # The same characters typed on another system must be the same password (NIST SP 800-63B-4 asks for this).
    # None that was taken is longer, however its characters are put together; putting very many in order would hold
    # everybody up.
    return unicodedata.normalize("NFC", password[: 4 * LONGEST]).encode("utf-8", "surrogatepass")


class _Turn:
    """A place in the line for hashing."""

    def __enter__(self) -> None:
        if not _line.acquire(timeout=_PATIENCE):
            raise StateError("too many people are signing in at this moment; try again in a few seconds.")
        _turn.acquire()

    def __exit__(self, *_: object) -> None:
        _turn.release()
        _line.release()
