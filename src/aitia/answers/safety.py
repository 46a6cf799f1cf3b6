"""Emergencies, self-harm and doses in a question get a plain signpost before anything else."""

import re
from functools import cache
from importlib.resources import files

import msgspec
import yaml
from msgspec import Struct

from aitia.evidence.article import AUDIENCES


class Signpost(Struct, frozen=True, forbid_unknown_fields=True):
    """What to say first, and to which questions."""

    id: str
    patterns: tuple[str, ...]
    notice: str
    instead: str = ""
    """What stands in place of an article. If empty, the article follows."""
    audiences: tuple[str, ...] = AUDIENCES


@cache
def _signposts() -> list[tuple[re.Pattern[str], Signpost]]:
    text = (files("aitia.answers") / "safety.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return [
        (re.compile("|".join(f"(?:{pattern})" for pattern in signpost.patterns)), signpost)
        for signpost in msgspec.convert(yaml.load(text, Loader=loader), list[Signpost])
    ]


def signpost(question: str, audience: str) -> Signpost | None:
    """The signpost for a question, or None."""
    text = re.sub(r"['’`]", "", question.lower())
    text = " ".join(re.sub(r"[^a-z0-9]+", " ", text).split())
    return next(
        (one for pattern, one in _signposts() if audience in one.audiences and pattern.search(text)), None
    )
