"""Emergencies and self-harm in a question get a plain signpost before anything else."""

import re
from functools import cache
from importlib.resources import files

import yaml


@cache
def _signposts() -> list[tuple[re.Pattern[str], str]]:
    text = (files("aitia.answers") / "safety.yaml").read_text(encoding="utf-8")
    return [
        (
            re.compile(r"\b(?:" + "|".join(map(re.escape, entry["cues"])) + r")\b", re.IGNORECASE),
            str(entry["notice"]).strip(),
        )
        for entry in yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    ]


def notice(question: str) -> str | None:
    """The signpost for a question, or None."""
    text = question.replace("’", "'")
    return next((notice for cues, notice in _signposts() if cues.search(text)), None)
