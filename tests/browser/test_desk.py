"""The review desk in a real browser: its keys, and nothing typed is lost."""

import pytest
from sqlalchemy import Engine

from aitia.review import editing
from aitia.service import Library
from tests.browser.node import drive
from tests.people.made import PASSWORD, email_of
from tests.web.desk import QUESTION, Board, People
from tests.web.forms import Enter
from tests.web.shared import database, enter, site

__all__ = ["database", "enter", "site"]


@pytest.mark.usefixtures("chromium")
def test_keys_and_words_on_the_desk(site: str, enter: Enter, database: Engine) -> None:
    article = Library.starter().ask(QUESTION, "clinician", "short")
    board = Board(People(enter), database, article)
    words = editing.places(article)[1].text
    seen = drive(
        "desk.mjs",
        site,
        page=board.page,
        first=email_of("Ben First"),
        author=email_of("Ada Author"),
        password=PASSWORD,
        edited=words.replace("associated", "linked"),
    )
    assert (seen["second"], seen["first"], seen["unmarked"]) == ("s-1-1", "s-lead", "s-1-1")
    assert seen["afterMark"] == "s-lead"
    assert f"1 of {len(editing.places(article))} marked" in seen["tally"]
    assert "“55” is not a figure of the statement." in seen["flags"]
    assert seen["typed"], "keys do nothing while one types"
    assert seen["cancelled"] == ["s-1-1", 0]
    assert seen["list"]
    assert seen["off"] == seen["stillOff"] == "s-1-1", "the keys stay off once they are turned off"
    assert not seen["faults"]
    assert "Nothing was recorded, and nothing is lost" in seen["offline"][0]
    assert seen["offline"][1] == "My other words"
    assert "A newer version was made while you read" in seen["stale"]
    assert "My other words" in seen["kept"]
    assert "Another remark" in seen["kept"]
    assert "Your session has ended." in seen["signedOut"]
    assert seen["given"] == "A long remark"
    assert not board.dossier().marks, "an edit ends the marks on the version before"
