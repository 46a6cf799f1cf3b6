"""The policy that comes with Aitia, and what is said of one that is wrong."""

from pathlib import Path

import pytest

from aitia.errors import StateError
from aitia.evidence.article import AUDIENCES
from aitia.evidence.reading import grade
from aitia.review.policy import Policy, policy_hash, read_policy

TOPICS = ("model", "certainty", "conflict", "correction", "retract", "emergency", "not stored", "withdrawn")


def test_the_policy_that_comes_with_aitia_says_what_readers_need_and_names_nobody() -> None:
    policy = read_policy(None)
    assert (policy.quorum, policy.valid_days, policy.board) == (2, 365, ())
    assert set(policy.approved) == set(AUDIENCES)
    words = " ".join(f"{section.heading} {section.text}" for section in policy.sections)
    assert all(topic in words for topic in TOPICS)
    for section in policy.sections:
        assert section.text.strip()
        assert grade(section.text) < 9, section.heading
    assert grade(policy.approved["patient"]) < 8


def test_a_copy_of_it_can_be_read_and_has_the_same_hash(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    original = Path(read_policy.__code__.co_filename).with_name("policy.yaml")
    path.write_bytes(original.read_bytes())
    assert policy_hash(read_policy(path)) == policy_hash(read_policy(None))
    path.write_text(original.read_text(encoding="utf-8").replace("quorum: 2", "quorum: 3"), encoding="utf-8")
    assert read_policy(path).quorum == 3
    assert policy_hash(read_policy(path)) != policy_hash(read_policy(None))


def test_an_empty_policy_has_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text("", encoding="utf-8")
    assert read_policy(path) == Policy()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("quorum: 0", "quorum is 0; it must be 1 or more"),
        ("valid_days: soon", "is wrong: Expected `int`, got `str` - at `$.valid_days`"),
        ("quarum: 2", "quarum"),
        ("board: [", "is not YAML"),
        ("board:\n- credentials: MD", "missing required field `name`"),
    ],
)
def test_a_policy_that_is_wrong_is_refused_with_the_field(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StateError) as caught:
        read_policy(path)
    assert words in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_policy_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="cannot be read"):
        read_policy(tmp_path / "none.yaml")
