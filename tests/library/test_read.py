"""A mistake in a library is told with its file, its line and what to do."""

from collections.abc import Callable
from pathlib import Path

import pytest

from aitia.errors import LibraryError
from aitia.library.locate import locate
from aitia.library.read import read_library

Edit = Callable[[str, str, str], Path]


def refusal(folder: Path) -> str:
    with pytest.raises(LibraryError) as caught:
        read_library(folder)
    message = str(caught.value)
    assert "\n" not in message, "one line"
    return message


def test_a_whole_library_is_read(copy_of_glimmer: Path) -> None:
    contents = read_library(copy_of_glimmer)
    assert contents.name == "glimmer"
    assert [statement.id for statement in contents.statements][:2] == ["lumen-2020.1", "lumen-2020.2"]


def test_statements_without_an_id_are_named_after_their_place(edited: Edit) -> None:
    folder = edited("sources/all.yaml", "  - id: lumen-2020.2\n    text:", "  - text:")
    assert read_library(folder).statements[1].id == "lumen-2020.2"


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="no library 'nowhere'"):
        locate("nowhere")
    assert "no such folder" in refusal(tmp_path / "absent")


def test_a_folder_that_is_no_library(tmp_path: Path) -> None:
    assert "has no library.yaml" in refusal(tmp_path)


def test_broken_yaml(edited: Edit) -> None:
    message = refusal(edited("topics.yaml", "facet: definition", "facet: [definition"))
    assert "topics.yaml, line" in message
    assert "not valid YAML" in message


def test_a_missing_field_is_told_with_line_and_field(edited: Edit) -> None:
    message = refusal(edited("sources/all.yaml", "    certainty: high\n", ""))
    assert "sources/all.yaml, line 9" in message
    assert "field 1.statements.1" in message
    assert "certainty" in message


def test_a_wrong_value_is_told_with_line_and_field(edited: Edit) -> None:
    message = refusal(edited("sources/all.yaml", "certainty: moderate", "certainty: quite"))
    assert "sources/all.yaml, line 18, field 1.statements.2.certainty" in message


def test_a_misspelt_field(edited: Edit) -> None:
    assert "autors" in refusal(edited("sources/all.yaml", "authors: [Lumen A]", "autors: [Lumen A]"))


def test_a_doubled_source(edited: Edit) -> None:
    assert "source id lumen-2020 is used twice" in refusal(
        edited("sources/all.yaml", "id: candela-2022\n", "id: lumen-2020\n")
    )


def test_a_doubled_statement(edited: Edit) -> None:
    assert "statement id lumen-2020.1 is used twice" in refusal(
        edited("sources/all.yaml", "id: lumen-2020.2", "id: lumen-2020.1")
    )


def test_an_unknown_topic(edited: Edit) -> None:
    message = refusal(edited("sources/all.yaml", "topics: [incidence]", "topics: [incidents]"))
    assert "candela-2022.2 has the topic incidents" in message


def test_a_format_from_the_future(edited: Edit) -> None:
    assert "reads format 1, the file has 9" in refusal(edited("library.yaml", "format: 1", "format: 9"))


def test_text_that_is_not_utf8(copy_of_glimmer: Path) -> None:
    (copy_of_glimmer / "topics.yaml").write_bytes(b"- id: caf\xe9\n")
    assert "not UTF-8" in refusal(copy_of_glimmer)


def test_aliases_cannot_fill_the_memory(copy_of_glimmer: Path) -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(20)
    )
    (copy_of_glimmer / "topics.yaml").write_text(bomb, encoding="utf-8")
    assert "aliases" in refusal(copy_of_glimmer)


def test_code_in_yaml_is_not_run(copy_of_glimmer: Path, tmp_path: Path) -> None:
    target = tmp_path / "pwned"
    (copy_of_glimmer / "topics.yaml").write_text(
        f"- !!python/object/apply:pathlib.Path.touch [!!python/object/apply:pathlib.Path ['{target}']]\n",
        encoding="utf-8",
    )
    assert "not valid YAML" in refusal(copy_of_glimmer)
    assert not target.exists()


@pytest.mark.parametrize("text", ["[" * 100_000, "- " * 100_000, "{a: " * 5_000, "? " * 100_000])
def test_deep_nesting_does_not_bring_the_process_down(copy_of_glimmer: Path, text: str) -> None:
    (copy_of_glimmer / "topics.yaml").write_text(text, encoding="utf-8")
    assert "nested too deeply" in refusal(copy_of_glimmer)
