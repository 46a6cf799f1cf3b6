"""Which versions of an article who may read."""

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine

from aitia.people.roles import BOARD, Role
from aitia.review import journal
from aitia.review.errors import NotFoundError
from aitia.review.nouns import Edit, State, Withdraw
from aitia.review.readers import readable, state_today
from tests.library.store.conftest import on_sqlite
from tests.review.made import (
    ANN,
    BEN,
    EVERYBODY,
    FAY,
    GUS,
    POLICY,
    approving,
    do,
    enter,
    made_article,
    retitled,
)


@on_sqlite
def test_a_draft_is_for_the_board_and_for_whoever_opened_it(database: Engine) -> None:
    enter(database, *EVERYBODY)
    draft = journal.open_dossier(database, ANN.id, made_article())
    for person in EVERYBODY:
        if BOARD.isdisjoint(person.roles):
            with pytest.raises(NotFoundError, match=f"there is no article {draft.id}"):
                readable(draft, person)
        else:
            assert readable(draft, person) == draft.versions
    # Whoever opened it goes on seeing it when the role is gone.
    assert readable(draft, replace(ANN, roles=(Role.READER,))) == draft.versions
    with pytest.raises(NotFoundError):
        readable(draft, None)


@on_sqlite
def test_readers_see_what_was_submitted_and_no_draft_made_since(database: Engine) -> None:
    enter(database, *EVERYBODY)
    number = journal.open_dossier(database, ANN.id, made_article()).id
    approved = do(database, number, *approving(BEN, EVERYBODY[2]))
    assert approved.state is State.APPROVED
    edited = journal.act(database, POLICY, ANN.id, number, Edit("New."), seen=1, article=retitled("Another"))
    assert [one.number for one in readable(edited, ANN)] == [1, 2]
    withdrawn = do(database, number, (ANN, Withdraw("Wrong.")), seen=2)
    for reader in (None, GUS, FAY):
        assert [one.number for one in readable(edited, reader)] == [1]
        assert [one.number for one in readable(withdrawn, reader)] == [1]


def test_an_approval_counts_until_its_day_has_come() -> None:
    assert state_today(State.APPROVED, "2999-01-01") is State.APPROVED
    assert state_today(State.APPROVED, "2020-01-01") is State.EXPIRED
    assert state_today(State.UNDER_REVIEW, None) is State.UNDER_REVIEW
