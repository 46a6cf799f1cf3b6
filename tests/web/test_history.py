"""The history of an article, for readers and for the board, and the comparison of its versions."""

from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import Engine, select

from aitia.evidence.article import Article
from aitia.library.store.database import reading
from aitia.review import editing, journal
from aitia.review.nouns import Begin, Comment, Decision, Mark, Propose, Sign, Submit, Verdict, Withdraw
from aitia.review.tables import events
from aitia.service import Library
from tests.web.desk import QUESTION, Board, People
from tests.web.forms import Enter, page_of, text_of
from tests.web.shared import database, enter, site

__all__ = ["database", "enter", "site"]


@pytest.fixture(scope="module")
def article() -> Article:
    """An answer to review."""
    return Library.starter().ask(QUESTION, "clinician", "short")


@pytest.fixture(scope="module")
def board(enter: Enter, database: Engine, article: Article) -> Board:
    """An article that was commented on, changed, approved and withdrawn."""
    made = Board(People(enter), database, article)
    made.act(made.ben, Comment("Between ourselves: weak.", "1.1"))
    made.act(made.ben, Mark("1.1", Verdict.CHANGE, "Say that it is a link."))
    made.act(made.cleo, Mark("lead", Verdict.AGREE))
    made.act(made.cleo, Mark("1.2", Verdict.AGREE))
    made.act(made.ben, Propose("1.1", "Smoking was linked with ALS (adjusted odds ratio 1.12)."))
    made.act(made.ben, Sign(Decision.REQUEST_CHANGES, "See 1.1, please."))
    words = editing.places(article)[1].text
    made.reword("1.1", words.replace("associated", "linked"), "Linked, not associated.")
    made.act(made.ada, Submit(), 2)
    made.act(made.ben, Begin(), 2)
    for person in (made.ben, made.cleo):
        made.act(person, Sign(Decision.APPROVE, f"Fine by {person.name}."), 2)
    made.act(made.edda, Withdraw("The trial was retracted."), 2)
    made.reword("2.1", None, "Without the withdrawn trial.")
    return made


@pytest.fixture
def reader(site: str) -> Iterator[httpx.Client]:
    """Somebody who is not signed in."""
    with httpx.Client(base_url=site, timeout=30) as client:
        yield client


def test_readers_see_who_decided_what_and_why(board: Board, reader: httpx.Client, article: Article) -> None:
    all_of_it = len(editing.places(article))
    said = text_of(reader.get(f"/articles/{board.number}/history"))
    for words in (
        "Ada Author, MD kept the library’s answer as an article",
        f"Ben First, MD signed: requests changes, with 1 of {all_of_it} statements marked. See 1.1, please.",
        "Ada Author, MD changed the words. Linked, not associated.",
        f"Cleo Second, MD signed: approves, with 0 of {all_of_it} statements marked. Fine by Cleo Second.",
        "Approved, with 2 signatures of 2 needed",
        "Edda Editor, MD withdrew the article. The trial was retracted.",
        "declared no conflict of interest",
    ):
        assert words in said
    # Version 3 is a draft: only the board knows of it.
    assert "Without the withdrawn trial." not in said
    assert "Between ourselves" not in said
    assert "Say that it is a link" not in said


def test_the_board_sees_all_of_it(board: Board) -> None:
    said = text_of(board.second.get(f"/articles/{board.number}/history"))
    for words in (
        "Between ourselves: weak.",
        "asked to change statement 1.1. Say that it is a link.",
        "Cleo Second, MD agreed with 2 statements: the lead, 1.2.",
        "proposed another wording for statement 1.1.",
        "Without the withdrawn trial.",
    ):
        assert words in said


def test_hashes_are_those_of_the_journal(board: Board, reader: httpx.Client) -> None:
    with reading(board.database) as connection:
        rows = connection.execute(select(events.c.number, events.c.hash))
        kept = {row.number: row.hash for row in rows}
    page = reader.get(f"/articles/{board.number}/history").text
    dossier = board.dossier()
    shown = [event for event in dossier.events if f'id="e-{event.number}"' in page]
    assert len(shown) > 8
    for event in shown:
        assert kept[event.number][:16] in page
    last = dossier.events[-1]
    assert kept[last.number] in board.first.get(f"/articles/{board.number}/history").text
    assert last.previous == kept[last.number - 1]
    for version in dossier.versions[:2]:
        assert version.content_hash in page


def test_two_versions_side_by_side(board: Board, reader: httpx.Client) -> None:
    page = reader.get(f"/articles/{board.number}/compare")
    assert page.status_code == 200
    old, new = (
        [one.text_content() for one in page_of(page).xpath(f"//div[contains(@class, 'side-{side}')]//p[2]")]
        for side in ("old", "new")
    )
    assert len(old) == len(new) == 1
    assert page_of(page).xpath("//del")[0].text_content() == "associated"
    assert page_of(page).xpath("//ins")[0].text_content() == "linked"
    assert new[0] == old[0].replace("associated", "linked")
    back = text_of(reader.get(f"/articles/{board.number}/compare?old=2&new=1"))
    assert "1 statement changed." in back
    assert "Both are version 2." in text_of(reader.get(f"/articles/{board.number}/compare?old=2&new=2"))
    removed = board.first.get(f"/articles/{board.number}/compare?old=2&new=3")
    assert "1 statement removed" in text_of(removed)


@pytest.mark.parametrize("query", ["new=3", "old=0", "old=x", "old=-1", "new=99999999999999999999"])
def test_versions_that_a_reader_may_not_see(board: Board, reader: httpx.Client, query: str) -> None:
    assert reader.get(f"/articles/{board.number}/compare?{query}").status_code == 404


def test_a_draft_is_not_there_for_readers(board: Board, reader: httpx.Client, article: Article) -> None:
    number = journal.open_dossier(board.database, board.ada.id, article).id
    for path in (f"/articles/{number}/history", f"/articles/{number}/compare"):
        assert reader.get(path).status_code == 404
        assert board.author.get(path).status_code == 200
