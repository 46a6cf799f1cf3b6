"""What waits for whom, and what has waited too long."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine

from aitia.evidence.article import Article
from aitia.people.roles import Role
from aitia.review import journal
from aitia.review.nouns import Action, Assign, Begin, Decision, Declare, Dossier, Person, Reopen, Sign, Submit
from aitia.review.policy import Policy
from aitia.service import Library
from aitia.web.waiting import Waiting, waiting
from tests.library.store.conftest import database
from tests.people.made import make_person

__all__ = ["database"]

POLICY = Policy(review_days=30, valid_days=100)


@pytest.fixture
def address(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty SQLite database."""
    monkeypatch.setenv("AITIA_HOME", str(tmp_path))
    monkeypatch.delenv("AITIA_DATABASE_URL", raising=False)
    return ""


@pytest.fixture(scope="module")
def article() -> Article:
    """An answer to review."""
    return Library.starter().ask("Does smoking cause ALS?", "clinician", "short")


def in_days(days: int) -> str:
    return (date.fromisoformat(datetime.now(UTC).date().isoformat()) + timedelta(days=days)).isoformat()


def test_each_step_waits_for_the_one_whose_turn_it_is(database: Engine, article: Article) -> None:
    ada, ben, cleo = (
        make_person(database, name, role)
        for name, role in (("Ada", Role.AUTHOR), ("Ben", Role.REVIEWER), ("Cleo", Role.REVIEWER))
    )
    dora = make_person(database, "Dora", Role.REVIEWER)
    edda = make_person(database, "Edda", Role.EDITOR)
    reader = make_person(database, "Rada", Role.READER)
    number = journal.open_dossier(database, ada.id, article).id

    def do(person: Person, action: Action) -> Dossier:
        return journal.act(database, POLICY, person.id, number, action, seen=1)

    def tasks(days: int = 0) -> dict[str, str]:
        dossier = journal.dossier(database, number)
        found = {
            one.name: waiting(dossier, one, POLICY, in_days(days)) for one in (ada, ben, cleo, edda, reader)
        }
        return {name: one.task for name, one in found.items() if one is not None}

    def of(person: Person, days: int = 0) -> Waiting | None:
        return waiting(journal.dossier(database, number), person, POLICY, in_days(days))

    assert tasks() == {"Ada": "Submit it for review"}
    do(ada, Submit())
    assert tasks() == {"Ben": "Begin the review", "Cleo": "Begin the review", "Edda": "Assign reviewers"}
    do(edda, Assign((ben.id,)))
    assert tasks() == {"Ben": "Review version 1", "Edda": "Name another reviewer"}
    do(edda, Assign((ben.id, dora.id)))
    assert tasks() == {"Ben": "Review version 1"}
    do(dora, Declare(True, "A patent."))
    alone = of(edda)
    assert alone is not None
    assert alone.task == "Name another reviewer", "one who has a conflict cannot make the quorum"
    assert alone.reasons == ("1 without a conflict of interest named, 2 must approve.",)
    do(edda, Assign(()))
    assert tasks() == {"Ben": "Review version 1", "Cleo": "Review version 1"}
    assert of(dora) is None, "nobody is asked to judge with a conflict"
    due, late = of(ben, 30), of(ben, 31)
    assert due is not None
    assert (due.days, due.is_overdue) == (30, False)
    assert late is not None
    assert (late.days, late.is_overdue) == (31, True)
    do(ben, Declare(False))
    do(ben, Sign(Decision.REQUEST_CHANGES, "The lead."))
    wanted = of(ada)
    assert tasks() == {"Ada": "Change what reviewers ask for", "Cleo": "Review version 1"}
    assert wanted is not None
    assert wanted.reasons == ("Ben: The lead.",)
    do(ben, Sign(Decision.APPROVE))
    do(cleo, Declare(False))
    assert tasks() == {"Cleo": "Review version 1"}
    do(cleo, Sign(Decision.APPROVE))
    assert tasks() == {}
    assert tasks(days=69) == {}
    assert set(tasks(days=71)) == {"Ada", "Edda"}
    do(edda, Reopen(("A trial came out.",)))
    again = of(ben)
    assert again is not None
    assert again.task == "Begin the review"
    assert again.reasons == ("A trial came out.",)
    do(ben, Begin())
    # What it rests on may be gone: to make it new is somebody's task too.
    renewed = "See what the library answers now, and renew it if need be"
    assert tasks() == {
        "Ada": renewed,
        "Edda": renewed,
        "Ben": "Review version 1 (you signed an earlier one)",
        "Cleo": "Review version 1 (you signed an earlier one)",
    }
