"""Every noun goes to JSON and back without loss, and the published schema describes it."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitia import Library
from aitia.answers.writers import json as json_writer
from aitia.evidence import schema
from aitia.evidence.article import Article, content_hash
from aitia.evidence.nouns import (
    KIND_LABELS,
    Certainty,
    Contents,
    Figure,
    Kind,
    Passage,
    Source,
    Standing,
    Statement,
)

SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "aitia.json"

names = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,20}", fullmatch=True)
numbers = st.one_of(st.integers(-(10**9), 10**9), st.floats(-1e15, 1e15))
figures = st.builds(
    Figure,
    name=st.text(),
    value=numbers,
    unit=st.text(),
    low=st.none() | numbers,
    high=st.none() | numbers,
    interval=st.none() | st.text(),
)
passages = st.builds(
    Passage, text=st.text(), section=st.none() | st.text(), page=st.none() | st.integers(1, 10**6)
)
statements = st.builds(
    Statement,
    id=names,
    source_id=names,
    text=st.text(),
    topics=st.lists(st.text(), max_size=3).map(tuple),
    certainty=st.sampled_from(Certainty),
    plain=st.none() | st.text(),
    figures=st.lists(figures, max_size=3).map(tuple),
    also=st.lists(names, max_size=2).map(tuple),
    passage=st.none() | passages,
)
sources = st.builds(
    Source,
    id=names,
    title=st.text(),
    kind=st.sampled_from(Kind),
    year=st.none() | st.integers(1700, 2100),
    authors=st.lists(st.text(), max_size=4).map(tuple),
    doi=st.none() | st.text(),
    standing=st.sampled_from(Standing),
)


@given(st.one_of(statements, sources, figures, passages))
def test_nouns_survive_json(noun: msgspec.Struct) -> None:
    assert msgspec.json.decode(msgspec.json.encode(noun), type=type(noun)) == noun


def test_nouns_are_immutable() -> None:
    figure = Figure("share", 1, "%")
    with pytest.raises(AttributeError):
        figure.value = 2  # type: ignore[misc]


def test_every_kind_of_study_has_a_label() -> None:
    assert set(KIND_LABELS) == set(Kind)


def test_a_whole_library_survives_json(starter: Library) -> None:
    assert msgspec.json.decode(msgspec.json.encode(starter.contents), type=Contents) == starter.contents


def test_an_article_survives_its_own_json(starter: Library) -> None:
    article = starter.ask("What are the causes of ALS?")
    again = msgspec.json.decode(json_writer.write(article).encode(), type=Article)
    assert again == article
    assert content_hash(again) == article.content_hash


def test_the_hash_does_not_depend_on_the_time_taken_and_does_on_every_word(starter: Library) -> None:
    first, second = (starter.ask("Does smoking cause ALS?") for _ in range(2))
    assert first.content_hash == second.content_hash
    changed = msgspec.structs.replace(first, title="Another")
    assert content_hash(changed) != first.content_hash


def test_the_published_schema_is_up_to_date() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == schema.printed(), (
        "run: python -m aitia.evidence.schema > docs/schema/aitia.json"
    )
