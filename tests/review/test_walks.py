"""Whatever people do, in whatever order: what is recorded holds together."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from aitia.library.store.database import _opened
from aitia.review.errors import ReviewError, StaleError
from aitia.review.folding import fold
from aitia.review.journal import act, act_as_system, article_of, dossier, head_of, open_dossier
from aitia.review.listing import listed
from aitia.review.nouns import (
    SYSTEM,
    Action,
    Approve,
    Assign,
    Begin,
    Comment,
    Decision,
    Declare,
    Dossier,
    Edit,
    Expire,
    Mark,
    Person,
    Propose,
    Reopen,
    Resolve,
    Sign,
    State,
    Submit,
    Verdict,
    Withdraw,
)
from aitia.review.policy import Policy
from aitia.review.transitions import why_not
from aitia.review.verifying import verify
from tests.review.made import ANN, BEN, CAT, DAN, EVE, FAY, HAL, enter, made_article, retitled

CAST = (ANN, BEN, CAT, DAN, EVE, FAY, HAL)
APPROVAL = Sign(Decision.APPROVE)
ACTIONS: st.SearchStrategy[Action] = st.one_of(
    st.sampled_from(
        [
            Submit(),
            Begin(),
            APPROVAL,
            Sign(Decision.REQUEST_CHANGES, "x"),
            Declare(False),
            Edit("x"),
            Edit("x", renewed=True),
            Assign(),
            Reopen(("x",)),
        ]
    ),
    st.builds(Assign, st.lists(st.sampled_from([1, 2, 3, 5, 8]), max_size=3).map(tuple)),
    st.builds(Declare, st.booleans(), st.just("x")),
    st.builds(Mark, st.sampled_from(["lead", "1.2", "9.9"]), st.sampled_from(Verdict), st.just("x")),
    st.builds(Comment, st.just("x"), st.just(None), st.none() | st.integers(1, 40)),
    st.builds(Resolve, st.integers(1, 40)),
    st.just(Propose("lead", "Smoking may raise the risk.")),
    st.sampled_from([Withdraw("x"), Expire("2026-01-01")]),
)
# Steps that get somewhere, between those that come as they like.
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(CAST), ACTIONS),
        st.tuples(st.sampled_from((BEN, CAT, EVE, HAL)), st.sampled_from([Declare(False), APPROVAL])),
        st.tuples(st.sampled_from((ANN, DAN)), st.sampled_from([Submit(), Assign()])),
        st.tuples(st.just(SYSTEM), st.sampled_from([Expire("2026-01-01"), Reopen(("x",))])),
    ),
    min_size=10,
    max_size=30,
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One database for all walks: the journal is one, too."""
    opened = _opened(f"sqlite:///{tmp_path_factory.mktemp('walks') / 'aitia.sqlite'}")
    enter(opened, *CAST)
    yield opened
    opened.dispose()


@settings(max_examples=60, deadline=None)
@given(STEPS, st.integers(1, 3))
def test_every_walk_leaves_a_sound_record(
    shared: Engine, steps: list[tuple[Person, Action]], quorum: int
) -> None:
    policy = Policy(quorum=quorum)
    now = open_dossier(shared, ANN.id, made_article())
    for person, action in steps:
        before = now
        reason = why_not(before, person, type(action), policy)
        end = head_of(shared)
        refused: ReviewError | None = None
        try:
            now = _take(shared, policy, before, person, action)
        except ReviewError as error:
            refused = error
        if refused is None:
            assert reason is None, (reason, person, action)
            _check(shared, before, now, quorum)
        else:
            assert not isinstance(refused, StaleError)
            assert reason in (None, str(refused))
            assert head_of(shared) == end
            assert dossier(shared, now.id) == before
    assert verify(shared).fault is None


def _take(database: Engine, policy: Policy, before: Dossier, person: Person, action: Action) -> Dossier:
    if person is SYSTEM:
        assert isinstance(action, Expire | Reopen)
        return act_as_system(database, policy, before.id, action)
    seen = before.latest.number
    article = retitled(f"Title {seen}") if isinstance(action, Edit) else None
    return act(database, policy, person.id, before.id, action, seen=seen, article=article)


def _check(database: Engine, before: Dossier, now: Dossier, quorum: int) -> None:
    assert now == fold(now.events) == dossier(database, now.id)
    assert now.events[: len(before.events)] == before.events
    assert len(now.events) - len(before.events) in (1, 2)
    row = listed(database, limit=1)[0]
    assert (row.id, row.state, row.version, row.changed) == (
        now.id,
        now.state,
        now.latest.number,
        now.events[-1].at,
    )
    new = now.events[len(before.events)]
    latest = now.latest.number
    assert article_of(database, now.id, latest).content_hash == now.latest.content_hash == new.content_hash

    makers = {version.by.id for version in now.versions}
    conflicted = {one.by.id for one in now.declarations if one.declaration.has_conflict}
    declared = {one.by.id for one in now.declarations}
    standing = [one for one in now.signatures if one.counts]
    assert all(one.version == latest for one in standing)
    assert len({one.by.id for one in standing}) == len(standing)
    for one in standing:
        assert one.by.id not in makers | conflicted
        assert one.by.id in declared
    approving = [one for one in standing if one.sign.decision is Decision.APPROVE]
    if now.state is State.APPROVED:
        last = next(one.action for one in reversed(now.events) if isinstance(one.action, Approve))
        assert len(approving) == len(standing) >= last.quorum
        assert now.latest.expires == row.due == last.expires
    elif now.state is State.UNDER_REVIEW and len(approving) == len(standing):
        # What was recorded while changes were awaited waits for the next signature.
        assert len(approving) < quorum or not isinstance(new.action, Sign | Declare)
    if isinstance(new.action, Edit):
        assert now.state in (before.state, State.DRAFT)
        assert now.state is not State.APPROVED
        assert (standing, now.marks) == ([], ())

    # One approval a version, unless it was re-opened in between.
    approved: set[int] = set()
    for event in now.events:
        if isinstance(event.action, Reopen):
            approved.discard(event.version)
        if isinstance(event.action, Approve):
            assert event.version not in approved
            approved.add(event.version)
