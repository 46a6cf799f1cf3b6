"""The whole story of an article by forms, and what can come in between; on both databases."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine

from aitia.evidence.article import Article
from aitia.library.store.database import engine, writing
from aitia.people import accounts
from aitia.people.audit import Doer
from aitia.people.roles import Role
from aitia.people.tables import sessions
from aitia.review import editing, journal
from aitia.review.nouns import Comment, State
from aitia.service import Library
from tests.people.made import email_of, sign_in
from tests.web.desk import QUESTION, Board, People
from tests.web.forms import Enter, enter, fill, form_of, page_of, text_of
from tests.web.moved import moved_away, renamed

__all__ = ["enter"]

SQLITE = pytest.mark.parametrize("address", ["sqlite"], indirect=True)
"""What has nothing to do with the database is tried on one of them."""


@pytest.fixture(scope="module")
def article() -> Article:
    """An answer to review."""
    return Library.starter().ask(QUESTION, "clinician", "short")


@pytest.fixture
def board(enter: Enter, database: Engine, article: Article) -> Board:
    """An article under review."""
    return Board(People(enter), database, article)


@pytest.fixture
def away(address: str, tmp_path: Path) -> Callable[[], Callable[[], None]]:
    """Takes the database away; gives what brings it back."""

    def take() -> Callable[[], None]:
        if address.startswith("sqlite"):
            return moved_away(tmp_path / "home", engine())
        return renamed(address, engine())

    return take


def test_the_whole_story_by_forms(enter: Enter, database: Engine, browser: httpx.Client) -> None:
    author, _ = enter("Ada Author", Role.AUTHOR)
    first, _ = enter("Ben First", Role.REVIEWER)
    second, _ = enter("Cleo Second", Role.REVIEWER)
    # An author asks, and keeps the answer.
    kept = fill(author, f"/ask?q={QUESTION}&for=clinician&length=short", "/articles", {})
    assert kept.headers["location"] == "/review/1"
    assert browser.get("/articles/1").status_code == 404
    assert "Submit it for review" in text_of(author.get("/review"))
    assert fill(author, "/review/1", "/review/1/submit", {"note": "Please look."}).status_code == 303
    assert "Submitted" in text_of(browser.get("/articles/1"))
    # Two reviewers take it up. One begins; both state their conflicts before they mark.
    assert "Begin the review" in text_of(first.get("/review"))
    assert fill(first, "/review/1", "/review/1/begin", {}).status_code == 303
    assert "Under review" in text_of(browser.get("/articles/1"))
    for client in (first, second):
        assert "State your conflicts before you mark." in text_of(client.get("/review/1"))
        assert fill(client, "/review/1", "/review/1/declare", {"has_conflict": "no"}).status_code == 303
    # One agrees with everything, the other does not.
    places = [one.place for one in editing.places(journal.article_of(database, 1, 1))]
    for place in places:
        sent = fill(first, "/review/1", "/review/1/mark", {"verdict": "agree"}, place=place)
        assert sent.headers["location"] == f"/review/1#s-{place.replace('.', '-')}"
    sent = fill(
        second,
        "/review/1?open=change&at=1.1",
        "/review/1/mark",
        {"verdict": "change", "reason": "An association is no cause: say so."},
        place="1.1",
        verdict="change",
    )
    assert sent.status_code == 303
    wording = editing.places(journal.article_of(database, 1, 1))[1].text.replace("associated", "linked")
    proposed = fill(
        second,
        "/review/1?open=propose&at=1.1",
        "/review/1/propose",
        {"text": wording, "reason": "Plainer."},
    )
    assert proposed.status_code == 303
    said = fill(
        first,
        "/review/1?open=comment&at=2.1",
        "/review/1/comment",
        {"text": "Is this the newest?"},
        place="2.1",
    )
    assert said.status_code == 303
    asked = fill(second, "/review/1", "/review/1/sign", {"decision": "request-changes", "reason": "See 1.1."})
    assert asked.status_code == 303
    # The author sees what is asked for, and takes the wording up.
    assert "Cleo Second: See 1.1." in text_of(author.get("/review"))
    number = str(journal.dossier(database, 1).proposals[0].event)
    edited = fill(
        author,
        "/review/1/edit",
        "/review/1/edit",
        {"accept": number, "reason": "As Cleo Second proposes."},
    )
    assert edited.status_code == 303, text_of(edited)
    assert editing.places(journal.article_of(database, 1, 2))[1].text == wording
    assert journal.dossier(database, 1).proposals[0].accepted == 2
    assert fill(author, "/review/1", "/review/1/submit", {}).status_code == 303
    # What the first reviewer agreed with has not changed since, but for one statement: one button says so again.
    assert fill(first, "/review/1", "/review/1/begin", {}).status_code == 303
    desk = first.get("/review/1")
    assert text_of(desk).count("Agreed on version 1, unchanged since: you") == len(places) - 1
    again = first.post("/review/1/confirm", data=form_of(desk, "/review/1/confirm"))
    assert again.status_code == 303
    marks = journal.dossier(database, 1).marks
    assert {one.mark.place for one in marks} == set(places) - {"1.1"}
    # Both approve; the reader sees it.
    desk = first.get("/review/1")
    assert "Ben First, MD" in text_of(desk)
    assert journal.article_of(database, 1, 2).content_hash in desk.text
    assert fill(first, "/review/1", "/review/1/sign", {"decision": "approve"}).status_code == 303
    assert "Approved" not in page_of(browser.get("/articles/1")).xpath(
        "string(//ol[contains(@class, 'tracker')]/@aria-label)"
    )
    assert fill(second, "/review/1", "/review/1/sign", {"decision": "approve"}).status_code == 303
    assert journal.dossier(database, 1).state is State.APPROVED
    assert "Status: Approved" in browser.get("/articles/1").text
    history = text_of(browser.get("/articles/1/history"))
    assert "Cleo Second, MD signed: requests changes, with 1 of " in history
    assert "Approved, with 2 signatures of 2 needed" in history
    assert "Is this the newest?" not in history
    compared = browser.get("/articles/1/compare?old=1&new=2").text
    assert "<del>associated</del>" in compared
    assert "<ins>linked</ins>" in compared


@SQLITE
def test_an_expired_session_gives_back_what_was_typed(board: Board) -> None:
    form = form_of(
        board.second.get(f"{board.page}?open=comment&at=lead"), f"{board.page}/comment", place="lead"
    )
    with writing(board.database) as connection:
        connection.execute(sessions.delete())
    words = "An hour’s work,\nin two lines <b>"
    out = board.second.post(f"{board.page}/comment", data={**form, "text": words})
    assert out.status_code == 403
    assert "Your session has ended. Nothing was recorded, and nothing is lost" in text_of(out)
    assert str(form_of(out, f"{board.page}/comment")["text"]).split() == words.split()
    # In another tab they sign in; then they send it from here.
    sign_in(board.second, email_of("Cleo Second"))
    back = board.second.post(f"{board.page}/comment", data=form_of(out, f"{board.page}/comment"))
    assert back.status_code == 403
    assert "You are signed in as Cleo Second" in text_of(back)
    assert not board.dossier().threads
    done = board.second.post(f"{board.page}/comment", data=form_of(back, f"{board.page}/comment"))
    assert done.status_code == 303
    (thread,) = board.dossier().threads
    assert isinstance(thread.comments[0].action, Comment)
    assert thread.comments[0].action.text == words


@SQLITE
def test_words_from_another_site_are_not_given_back(board: Board) -> None:
    sent = {"seen": "1", "text": "Not mine", "csrf": "guess"}
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = board.second.post(f"{board.page}/comment", data=sent, headers=headers)
        assert answer.status_code == 403
        assert "Not mine" not in answer.text


@SQLITE
def test_a_role_taken_away_in_mid_review(board: Board) -> None:
    form = form_of(
        board.second.get(f"{board.page}?open=change&at=1.1"), f"{board.page}/mark", verdict="change"
    )
    for roles in ((Role.AUTHOR,), (Role.READER,)):
        accounts.set_roles(board.database, board.cleo.id, roles, Doer(None, ""))
        answer = board.second.post(f"{board.page}/mark", data={**form, "reason": "My long reason."})
        assert answer.status_code == 403
        assert "role" in text_of(answer) or "only by a reviewer" in text_of(answer)
        assert "My long reason." in answer.text
    assert not board.dossier().marks


def test_a_database_that_goes_and_comes_back(
    board: Board, address: str, away: Callable[[], Callable[[], None]]
) -> None:
    del address
    form = form_of(
        board.second.get(f"{board.page}?open=comment&at=lead"), f"{board.page}/comment", place="lead"
    )
    back = away()
    answer = board.second.post(f"{board.page}/comment", data={**form, "text": "Kept through the night."})
    assert answer.status_code == 503
    assert "What you had written is not lost" in text_of(answer)
    back()
    done = board.second.post(f"{board.page}/comment", data=form_of(answer, f"{board.page}/comment"))
    assert done.status_code == 303, text_of(done)
    assert board.dossier().threads[0].comments[0].action == Comment("Kept through the night.", "lead")
