"""A curated library in the database: nothing of it is lost, and it answers as it does from its folder."""

from pathlib import Path

from click.testing import CliRunner
from msgspec.structs import replace
from sqlalchemy import Engine

from aitia.cli.main import aitia
from aitia.documents import DocumentLibrary
from aitia.library.read import read_library
from aitia.library.store.curated import contents_of
from aitia.library.store.database import reading
from aitia.service import Library
from tests.conftest import GLIMMER


def add(*what: object) -> None:
    """Add to the library "lights"."""
    arguments = ["library", "add", "--library", "lights", "--jobs", "1", *map(str, what)]
    result = CliRunner().invoke(aitia, arguments, catch_exceptions=False, standalone_mode=False)
    assert not result.return_value, result.output


def test_a_curated_library_comes_back_whole_and_answers_the_same(database: Engine, tmp_path: Path) -> None:
    add(GLIMMER)
    opened = DocumentLibrary.open("lights")
    written = read_library(GLIMMER)
    with reading(database) as connection:
        stored = contents_of(connection, opened.library)
    assert stored is not None
    assert sorted(stored.statements, key=lambda one: one.id) == sorted(
        written.statements, key=lambda one: one.id
    )
    assert sorted(stored.sources, key=lambda one: one.id) == sorted(written.sources, key=lambda one: one.id)
    assert replace(stored, name="", sources=(), statements=()) == replace(
        written, name="", sources=(), statements=()
    )
    question = written.topics[0].question or f"What is {written.conditions[0].label}?"
    from_folder = Library.open(GLIMMER).ask(question)
    from_database = opened.ask(question)
    assert from_folder.answered
    assert [one.text for section in from_database.sections for one in section.statements] == [
        one.text for section in from_folder.sections for one in section.statements
    ]
    # A document in the same library answers what the editors did not write about.
    page = tmp_path / "gout.md"
    page.write_text("# Gout\n\nGout is caused by crystals of urate in the joints.\n", encoding="utf-8")
    add(page)
    article = DocumentLibrary.open("lights").ask("What causes gout?")
    assert article.lead.text == "Gout is caused by crystals of urate in the joints."
    assert article.passages
