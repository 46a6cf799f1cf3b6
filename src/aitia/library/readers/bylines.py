"""Who wrote a work, when, and what it is called: from the words of title pages and properties."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from aitia.library.readers.prose import tidy

_PARTICLE = re.compile(
    r"(?:van|von|de|der|den|del|della|di|da|dos|das|du|la|le|ten|ter|zu|zur|al|el|bin|ibn|af|av|san|st)",
    re.IGNORECASE,
)
_GROUP = re.compile(
    r"\b(?:group|committee|society|association|organi[sz]ation|institutes?|college|consortium|network|collaboration|"
    r"collaborators|investigators|academy|federation|foundation|board|panel|council|agency|department|ministry|"
    r"university|hospital|centers?|centres?|service|services|trust|clinic|nhs|who|nice|task force|team|staff|"
    r"editors|charity|alliance|union|office|unit|programme|program|health|ltd|inc|gmbh)\b",
    re.IGNORECASE,
)
_DEGREES = re.compile(
    r"(?:,\s*|\s+)(?:M\.?D\.?|Ph\.?D\.?|D\.?Phil\.?|M\.?Sc\.?|B\.?Sc\.?|MPH|MBBS|MBChB|FRCP(?:\([A-Z]\))?|MRCP|RN|DO|"
    r"PharmD|MBA|Dr\.? med\.?|F[A-Z]{3,4})(?=[\s,;]|$)"
)
_TITLES = re.compile(r"(?:(?:Prof(?:essor)?|Dr|Mr|Mrs|Ms|Sir|Dame)\b\.?\s+)+", re.IGNORECASE)
_INITIALS = re.compile(r"[^\W\d_a-z]{1,4}")
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>{}|\\^`]{1,200}")
_PMID = re.compile(r"[1-9]\d{0,8}")
_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)")


def author(name: str) -> str:
    """ "Rosen DR" from "Daniel R. Rosen, MD", "Rosen, Daniel R" or "Rosen DR"; a group's name as it is."""
    name = tidy(name)[:200]
    name = _TITLES.sub("", _DEGREES.sub("", name), count=1) if not _GROUP.search(name) else name
    name = name.strip(" ,;.*†‡")
    if _GROUP.search(name) or not name:
        return name
    if "," in name:
        family, given = (part.strip() for part in name.split(",", 1))
        return f"{family} {_initials(given)}".strip()
    words = name.split()
    if len(words) < 2:
        return name
    if _INITIALS.fullmatch(words[-1]) and not _INITIALS.fullmatch(words[0]):
        return name
    start = len(words) - 1
    while start > 1 and _PARTICLE.fullmatch(words[start - 1]):
        start -= 1
    return f"{' '.join(words[start:])} {_initials(' '.join(words[:start]))}".strip()


def _initials(given: str) -> str:
    if _INITIALS.fullmatch(given):
        return given
    return "".join(word[0].upper() for word in re.split(r"[\s.\-‐]+", given) if word and word[0].isalpha())


def authors(text: str) -> tuple[str, ...]:
    """The authors named in one line: parted by semicolons, "and" or "&", or by commas where those part whole names."""
    text = _DEGREES.sub("", tidy(text)[:5000])
    if ";" in text:
        parts = text.split(";")
    elif _GROUP.search(text):
        parts = [text]
    else:
        parts = re.split(r"\s+(?:and|und|et|&)\s+|\s*&\s*", text)
        several = [part for part in parts for part in part.split(",")]
        whole = [part for part in several if part.strip()]
        if all(len(part.split()) > 1 for part in whole):
            parts = several
    return names(parts)


def names(people: Iterable[str]) -> tuple[str, ...]:
    """Each as `author` writes it, in order, once."""
    found = (author(person) for person in people)
    return tuple(dict.fromkeys(name for name in found if len(name) > 1))


def dois(text: str) -> tuple[str, ...]:
    """Every different DOI in the text, in lower case, without the punctuation that follows it."""
    found = []
    for match in _DOI.findall(text):
        doi = match.lower().rstrip(".,;:'’”*†>")
        while doi and doi[-1] in ")]" and doi.count(doi[-1]) > doi.count("(" if doi[-1] == ")" else "["):
            doi = doi[:-1].rstrip(".,;:")
        found.append(doi)
    return tuple(dict.fromkeys(found))


def doi_of(text: str | None) -> str | None:
    """The DOI that a field holds, if it holds exactly one."""
    found = dois(text[:2000]) if text else ()
    return found[0] if len(found) == 1 else None


def pmid_of(text: str | None) -> str | None:
    """The PubMed number that a field holds."""
    text = (text or "").strip().removeprefix("PMID").lstrip(": ")
    return text if _PMID.fullmatch(text) else None


def year_of(text: str | None) -> int | None:
    """The first year from 1800 to next year in the text."""
    for match in _YEAR.findall(text[:200] if text else ""):
        if int(match) <= datetime.now(UTC).year + 1:
            return int(match)
    return None
