"""`aitia review`, as an operator uses it."""

import hashlib
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Engine, update

from aitia.__main__ import run
from aitia.library.store.database import writing
from aitia.review.journal import act, dossier, open_dossier
from aitia.review.nouns import Comment, Edit, State, Withdraw
from aitia.review.tables import events
from tests.review.made import (
    ANN,
    BEN,
    CAT,
    DAN,
    POLICY,
    approving,
    do,
    email_of,
    enter,
    made_article,
    retitled,
)

pytestmark = pytest.mark.parametrize("address", ["sqlite"], indirect=True)


@pytest.fixture
def approved(database: Engine) -> int:
    """An approved article."""
    enter(database, ANN, BEN, CAT, DAN)
    number = open_dossier(database, ANN.id, made_article()).id
    do(database, number, *approving(BEN, CAT))
    return number


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """What a command prints, on both streams."""
    capsys.readouterr()
    assert run(["review", *arguments]) == code
    printed = capsys.readouterr()
    return printed.out + printed.err


def test_an_article_can_be_followed(
    database: Engine, approved: int, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    line = said(capsys, "list")
    assert "approved until 20" in line
    assert "Does smoking cause glimmer? (clinician, standard; Ann Author)" in line
    assert said(capsys, "list", "--state", "draft") == ""
    assert msgspec.json.decode(said(capsys, "list", "smoking", "--format", "json"))[0]["id"] == approved

    shown = said(capsys, "show", "1")
    assert "Article 1, version 1 of 1, by Ann Author\nIt is approved.\n" in shown
    assert "Ben Reviewer MD: approve" in shown
    assert "Smoking probably raises the risk. [1]" in shown
    act(database, POLICY, DAN.id, approved, Edit("Clearer."), seen=1, article=retitled("Other"))
    assert "A newer version stands in its place." in said(capsys, "show", "1", "--version", "1")
    assert said(capsys, "show", "1", "--format", "markdown").startswith("# Other")
    file = tmp_path / "article.json"
    said(capsys, "show", "1", "--output", str(file))
    assert msgspec.json.decode(file.read_bytes())["title"] == "Other"

    lines = said(capsys, "history", "1").splitlines()
    assert lines[0].endswith("v1   Ann Author opened the article from version 7 of the library glimmer.")
    assert lines[4].endswith("Ben Reviewer, MD signed version 1: approved.")
    assert "Aitia recorded the approval of version 1 with 2 signatures" in lines[7]
    assert lines[8].endswith("v2   Dan Editor made version 2, an edit: Clearer.")


def test_what_people_wrote_sends_the_terminal_no_commands(
    database: Engine, approved: int, capsys: pytest.CaptureFixture[str]
) -> None:
    do(database, approved, (BEN, Comment("\x1b[2Jgone\nnext\u202e", place="1.2")))
    last = said(capsys, "history", "1").splitlines()[-1]
    assert last.endswith("Ben Reviewer, MD commented on statement 2 of section 1:  [2Jgone next ")
    do(database, approved, (DAN, Withdraw("\x1b]0;gone\x07")))
    assert "\nIt is withdrawn.\n ]0;gone \n" in said(capsys, "show", "1")


def test_verifying(database: Engine, approved: int, capsys: pytest.CaptureFixture[str]) -> None:
    number, at, head = said(capsys, "head").split()
    assert (number, at) == ("8", dossier(database, approved).events[-1].at)
    assert f"8 events checked: nothing was changed or removed.\nhead: 8 {head}\n" in said(capsys, "verify")
    assert "Write the head down" not in said(capsys, "verify", "--head", head)
    assert "is not in the chain" in said(capsys, "verify", "--head", "a" * 64, code=1)
    assert "is no hash" in said(capsys, "verify", "--head", "a", code=9)
    with writing(database) as connection:
        connection.execute(update(events).where(events.c.number == 5).values(event="{}"))
    found = said(capsys, "verify", code=1)
    assert found.startswith("FAULT: event 5 (article 1) was changed")
    assert "The 4 events before it are as they were recorded." in found
    assert "`aitia review verify`" in said(capsys, "history", "1", code=9)


def test_operators_act_in_their_own_name(
    database: Engine, approved: int, capsys: pytest.CaptureFixture[str]
) -> None:
    number = str(approved)
    dan = ("--as", email_of(DAN).upper())
    assert (
        said(capsys, "reopen", number, *dan, "--reason", "A trial.")
        == "article 1, version 1, is submitted.\n"
    )
    assert "under review" in said(capsys, "assign", number, email_of(BEN), email_of(CAT), *dan)
    assert dossier(database, approved).assigned == (BEN.id, CAT.id)
    assert "withdrawn" in said(capsys, "withdraw", number, *dan, "--reason", "Wrong.")
    assert "it can be submitted only while" in said(capsys, "submit", number, *dan, code=9)
    assert "nobody has the address x@y" in said(capsys, "submit", number, "--as", "x@y", code=9)
    assert "there is no article 9" in said(capsys, "show", "9", code=9)
    act(database, POLICY, ANN.id, approved, Edit("Again."), seen=1, article=retitled("Other"))
    assert "version 2 was made by Ann Author" in said(
        capsys, "submit", number, "--as", email_of(ANN), "--version", "1", code=9
    )
    assert "is submitted" in said(capsys, "submit", number, "--as", email_of(ANN), "--note", "Done.")
    assert dossier(database, approved).state is State.SUBMITTED


def test_an_export_can_be_checked_by_what_it_says_itself(
    approved: int, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "article.json"
    said(capsys, "export", str(approved), "--output", str(file))
    bundle = msgspec.json.decode(file.read_bytes())
    assert len(bundle["how_to_check"]) > 5
    texts = {}
    for version in bundle["versions"]:
        assert hashlib.sha256(version["article"].encode()).hexdigest() == version["content_hash"]
        assert msgspec.json.decode(version["article"])["content_hash"] == ""
        texts[version["number"]] = version["content_hash"]
    previous = "0" * 64
    for place, kept in enumerate(bundle["events"], 1):
        assert hashlib.sha256(kept["event"].encode()).hexdigest() == kept["hash"]
        event = msgspec.json.decode(kept["event"])
        assert (event["number"], event["previous"]) == (place, previous)
        assert event["content_hash"] == texts[event["version"]]
        previous = kept["hash"]
    assert bundle["head"]["hash"] == previous
    last = msgspec.json.decode(bundle["events"][-1]["event"])["action"]
    assert (last["action"], last["signatures"]) == ("approve", [5, 7])
    assert "there is no article 7" in said(capsys, "export", "7", code=9)


@pytest.mark.usefixtures("database")
def test_the_rules_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        "sign (request changes)  a reviewer        under review | waiting for changes -> waiting for changes"
        in (said(capsys, "rules"))
    )
