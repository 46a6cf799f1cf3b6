"""The word index."""

from collections.abc import Collection
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitia import Library
from aitia.search.index import Index
from aitia.search.spelling import edits, nearest_word
from aitia.search.terms import content_stems, stems


def test_the_nearest_statement_comes_first(starter: Library) -> None:
    statement, score = starter.search("chronic occupational lead exposure odds ratio")[0]
    assert statement.source_id in ("belbasis-2016-umbrella", "wang-2014-lead-meta-analysis")
    assert score > 0


def test_scores_fall_and_the_order_is_stable(starter: Library) -> None:
    found = starter.search("smoking", top=50)
    scores = [score for _, score in found]
    assert scores == sorted(scores, reverse=True)
    assert [one.id for one, _ in found] == [one.id for one, _ in starter.search("smoking", top=50)]


def test_sources_are_listed_once(starter: Library) -> None:
    ids = [source.id for source, _ in starter.search_sources("C9orf72 repeat expansion", top=100)]
    assert len(ids) == len(set(ids)) > 20


def test_synonyms_of_topics_are_found(starter: Library) -> None:
    assert any("smoking" in statement.topics for statement, _ in starter.search("tobacco"))


def test_nothing_is_found_for_unknown_words(starter: Library) -> None:
    assert starter.search("zorblax") == []


def test_a_missing_index_is_an_error(tmp_path: Path) -> None:
    with pytest.raises((OSError, ValueError)):
        Index(tmp_path / "absent")


def test_words_are_stemmed_and_plain_words_dropped() -> None:
    assert stems("Smoking, smokes!") == ["smoke", "smoke"]
    assert content_stems("What are the causes of it?") == ["caus"]


@pytest.mark.parametrize(
    ("word", "mended"),
    [
        ("cuases", "causes"),
        ("truama", "trauma"),
        ("wat", "what"),
        ("tea", None),
        ("virtues", None),
        ("xx", None),
    ],
)
def test_slips(word: str, mended: str | None) -> None:
    assert nearest_word(word, ["causes", "cases", "trauma", "viruses", "team"]) == mended


def test_a_swap_is_one_edit() -> None:
    assert edits("ab", "ba") == 1
    assert edits("kitten", "sitting") == 3


_WORDS = st.text("ab", max_size=7)


@given(_WORDS, _WORDS, st.integers(0, 3))
def test_an_end_to_counting_changes_no_count_before_it(one: str, other: str, most: int) -> None:
    assert edits(one, other, most) == min(edits(one, other), most + 1)


def test_a_question_of_misspelt_words_alone_is_looked_up_no_longer_than_one_with_some(
    starter: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up: list[str] = []

    def counted(word: str, vocabulary: Collection[str]) -> str | None:
        looked_up.append(word)
        return nearest_word(word, vocabulary)

    monkeypatch.setattr("aitia.service.nearest_word", counted)
    words = [f"{first}{second}qzxv" for first in "abcdefghij" for second in "klmnopqrst"]
    for _ in range(3):
        assert not starter.ask(" ".join(words), "patient").answered
    assert len(looked_up) <= 12
    assert starter.ask("cuases of ALS", "patient").answered
