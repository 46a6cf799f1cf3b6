"""The JSON Schema of the nouns. `python -m aitia.evidence.schema` prints it; docs/schema/aitia.json is its output."""

import sys
from typing import Any

import msgspec

from aitia.evidence.article import Article
from aitia.evidence.nouns import (
    Condition,
    Contents,
    Disagreement,
    Figure,
    Passage,
    Quantity,
    Source,
    Statement,
    Topic,
)

NOUNS = (
    Article,
    Contents,
    Source,
    Passage,
    Statement,
    Figure,
    Topic,
    Condition,
    Quantity,
    Disagreement,
)


def schema() -> dict[str, Any]:
    """A JSON Schema (draft 2020-12) with a definition for each noun; the document itself describes an article."""
    (_, *_), components = msgspec.json.schema_components(NOUNS, ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Aitia",
        "$ref": "#/$defs/Article",
        "$defs": dict(sorted(components.items())),
    }


def printed() -> str:
    """The schema as indented JSON with a final newline."""
    return msgspec.json.format(msgspec.json.encode(schema(), order="deterministic"), indent=2).decode() + "\n"


if __name__ == "__main__":
    sys.stdout.write(printed())
