"""Acting on articles, on both databases."""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine, select, update

from aitia.evidence.article import content_hash, text_of
from aitia.library.store.database import reading, writing
from aitia.people.tables import people
from aitia.review import chain
from aitia.review.errors import (
    NotAllowedError,
    NotFoundError,
    ReviewError,
    StaleError,
    WrongStateError,
)
from aitia.review.journal import act, act_as_system, article_of, base_of, dossier, head_of, open_dossier
from aitia.review.listing import approved_answer, listed, question_key
from aitia.review.nouns import (
    Action,
    Approve,
    Assign,
    Begin,
    Comment,
    Decision,
    Declare,
    Edit,
    Expire,
    Mark,
    Open,
    Propose,
    Reopen,
    Resolve,
    Sign,
    State,
    Submit,
    Verdict,
    Withdraw,
)
from aitia.review.policy import Policy, policy_hash
from aitia.review.tables import versions
from aitia.review.verifying import verify
from tests.review.made import (
    ANN,
    BEN,
    CAT,
    DAN,
    EVE,
    EVERYBODY,
    FAY,
    GUS,
    HAL,
    IVY,
    JIM,
    POLICY,
    approving,
    do,
    enter,
    made_article,
    retitled,
)

AGREE = Sign(Decision.APPROVE)
OBJECT = Sign(Decision.REQUEST_CHANGES, "Say how many.")


ONE_DATABASE = pytest.mark.parametrize("address", ["sqlite"], indirect=True)
"""For what no database decides; a new PostgreSQL for each such test would take most of the time."""


@pytest.fixture(autouse=True)
def accounts(database: Engine) -> None:
    enter(database, *EVERYBODY)


@pytest.fixture
def number(database: Engine) -> int:
    """A draft by Ann."""
    return open_dossier(database, ANN.id, made_article()).id


@pytest.fixture
def in_review(database: Engine, number: int) -> int:
    """Under review by Ben and Cat."""
    do(database, number, (ANN, Submit()), (BEN, Begin()), (BEN, Declare(False)), (CAT, Declare(False)))
    return number


@pytest.fixture
def approved(database: Engine, number: int) -> int:
    """Approved by Ben and Cat."""
    do(database, number, *approving(BEN, CAT))
    return number


def recorded(database: Engine) -> int:
    return head_of(database).number


def test_two_signatures_approve_in_the_same_step(database: Engine, in_review: int) -> None:
    first = do(database, in_review, (BEN, AGREE))
    assert first.state is State.UNDER_REVIEW
    after = do(database, in_review, (CAT, AGREE))
    assert after.state is State.APPROVED
    last = after.events[-1].action
    assert isinstance(last, Approve)
    assert last.signatures == (after.events[-3].number, after.events[-2].number)
    assert (last.quorum, last.policy) == (2, policy_hash(POLICY))
    assert last.expires == (datetime.now(UTC).date() + timedelta(days=365)).isoformat()
    assert after == dossier(database, in_review)
    assert verify(database).fault is None


def test_events_say_who_when_and_about_which_words(database: Engine, approved: int) -> None:
    history = dossier(database, approved).events
    article = made_article()
    assert {event.content_hash for event in history} == {content_hash(article)}
    assert [event.number for event in history] == list(range(1, len(history) + 1))
    assert history[0].person == ANN
    assert history[2].person == BEN
    assert history[0].previous == "0" * 64
    times = [event.at for event in history]
    assert times == sorted(times)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", at) for at in times)
    for earlier, later in pairwise(history):
        assert later.previous == chain.hash_of(chain.event_text(earlier))


@ONE_DATABASE
def test_time_does_not_run_back_when_the_clock_does(
    database: Engine, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dossier(database, number).events[-1].at
    monkeypatch.setattr(chain, "moment", lambda: "2001-01-01T00:00:00.000000Z")
    assert do(database, number, (ANN, Submit())).events[-1].at == before
    assert verify(database).fault is None


@ONE_DATABASE
def test_a_request_for_changes_takes_effect_at_once_and_blocks_approval(
    database: Engine, in_review: int
) -> None:
    assert do(database, in_review, (BEN, OBJECT)).state is State.CHANGES_REQUESTED
    do(database, in_review, (CAT, AGREE), (EVE, Declare(False)))
    assert do(database, in_review, (EVE, AGREE)).state is State.CHANGES_REQUESTED
    # Submitting the same words again does not make the request go away.
    again = do(database, in_review, (ANN, Submit("It stands.")), (EVE, Begin()))
    assert again.state is State.UNDER_REVIEW
    assert do(database, in_review, (HAL, Declare(False))).state is State.UNDER_REVIEW
    with pytest.raises(WrongStateError, match="your request for changes of version 1 stands already"):
        do(database, in_review, (BEN, OBJECT))
    done = do(database, in_review, (BEN, AGREE))
    assert done.state is State.APPROVED
    assert isinstance(done.events[-1].action, Approve)
    assert len(done.events[-1].action.signatures) == 3


@ONE_DATABASE
def test_who_lifts_the_last_request_brings_the_review_back(database: Engine, in_review: int) -> None:
    do(database, in_review, (BEN, OBJECT), (CAT, OBJECT))
    assert do(database, in_review, (BEN, AGREE)).state is State.CHANGES_REQUESTED
    assert do(database, in_review, (CAT, AGREE)).state is State.APPROVED


def test_an_edit_makes_a_version_and_ends_what_was_signed(database: Engine, approved: int) -> None:
    after = act(database, POLICY, ANN.id, approved, Edit("A typo."), seen=1, article=retitled("Better"))
    assert after.state is State.DRAFT
    assert [one.state for one in after.versions] == [State.SUPERSEDED, State.DRAFT]
    assert after.versions[0].expires is not None
    assert not any(one.counts for one in after.signatures)
    assert after.marks == ()
    assert article_of(database, approved, 1).title == made_article().title
    assert article_of(database, approved, 2).title == "Better"
    assert article_of(database, approved, 2).content_hash == content_hash(retitled("Better"))
    assert approved_answer(database, "glimmer", after.question, "clinician", "standard") is None


@ONE_DATABASE
def test_marks_end_with_their_version(database: Engine, in_review: int) -> None:
    assert len(do(database, in_review, (BEN, Mark("1.1", Verdict.AGREE))).marks) == 1
    after = act(database, POLICY, DAN.id, in_review, Edit("x"), seen=1, article=retitled("Better"))
    assert after.marks == ()


@ONE_DATABASE
def test_whoever_edits_may_not_judge(database: Engine, in_review: int) -> None:
    do(database, in_review, (HAL, Declare(False)))
    act(database, POLICY, HAL.id, in_review, Edit("Clearer."), seen=1, article=retitled("Clearer"))
    with pytest.raises(NotAllowedError, match="nobody reviews their own work"):
        do(database, in_review, (HAL, AGREE), seen=2)
    with pytest.raises(NotAllowedError, match="Hal Everything wrote or edited this article"):
        do(database, in_review, (DAN, Assign((HAL.id,))), seen=2)


@ONE_DATABASE
def test_a_reviewer_with_every_role_may_not_judge_what_they_opened(database: Engine) -> None:
    number = open_dossier(database, JIM.id, made_article()).id
    do(database, number, (JIM, Submit()), (BEN, Begin()), (JIM, Declare(False)))
    for action in (Mark("lead", Verdict.AGREE), Propose("lead", "x"), AGREE, OBJECT):
        with pytest.raises(NotAllowedError, match="own work"):
            do(database, number, (JIM, action))


@ONE_DATABASE
def test_a_conflict_declared_later_ends_the_signature(database: Engine, in_review: int) -> None:
    do(database, in_review, (BEN, AGREE), (BEN, Declare(True, "I hold shares.")))
    after = do(database, in_review, (CAT, AGREE))
    assert after.state is State.UNDER_REVIEW
    assert [one.counts for one in after.signatures] == [False, True]
    with pytest.raises(NotAllowedError, match="you declared a conflict"):
        do(database, in_review, (BEN, AGREE))
    with pytest.raises(NotAllowedError, match="not declared away again"):
        do(database, in_review, (BEN, Declare(False)))
    assert do(database, in_review, (EVE, Declare(False)), (EVE, AGREE)).state is State.APPROVED


@ONE_DATABASE
def test_words_changed_with_their_hash_are_not_shown(database: Engine, in_review: int) -> None:
    changed = replace(made_article(), gaps=("Smoking is safe.",))
    text = text_of(replace(changed, content_hash=content_hash(changed)))
    with writing(database) as connection:
        connection.execute(
            update(versions)
            .where(versions.c.dossier_id == in_review)
            .values(article=text.decode(), content_hash=chain.hash_of(text))
        )
    with pytest.raises(ReviewError, match="not as recorded"):
        article_of(database, in_review, 1)


def test_a_conflict_declared_after_the_approval_ends_it(database: Engine, approved: int) -> None:
    after = do(database, approved, (CAT, Declare(True, "I hold shares.")))
    assert after.state is State.SUBMITTED
    assert isinstance(after.events[-1].action, Reopen)
    assert after.reasons == (
        "Cat Reviewer declared a conflict of interest after signing; 2 signatures are needed.",
    )
    assert not any(one.counts for one in after.signatures)


@ONE_DATABASE
def test_a_conflict_that_leaves_enough_signatures_ends_nothing(database: Engine, number: int) -> None:
    # Approved by three, since the second to sign had a request of the third's to wait for.
    do(database, number, (ANN, Submit()), (BEN, Begin()))
    do(database, number, *((one, Declare(False)) for one in (BEN, CAT, EVE)))
    do(database, number, (EVE, OBJECT), (BEN, AGREE), (CAT, AGREE))
    assert do(database, number, (EVE, AGREE)).state is State.APPROVED
    assert do(database, number, (EVE, Declare(True, "I hold shares."))).state is State.APPROVED
    assert do(database, number, (CAT, Declare(True, "I too."))).state is State.SUBMITTED


@ONE_DATABASE
def test_a_conflict_takes_an_objection_away(database: Engine, in_review: int) -> None:
    do(database, in_review, (EVE, Declare(False)), (EVE, OBJECT), (BEN, AGREE), (CAT, AGREE))
    after = do(database, in_review, (EVE, Declare(True, "My own trial.")))
    assert after.state is State.APPROVED


def test_the_second_of_two_readers_learns_of_the_first_ones_edit(database: Engine, number: int) -> None:
    act(database, POLICY, ANN.id, number, Edit("One."), seen=1, article=retitled("One"))
    before = recorded(database)
    with pytest.raises(StaleError) as caught:
        act(database, POLICY, DAN.id, number, Edit("Other."), seen=1, article=retitled("Other"))
    assert (caught.value.seen, caught.value.latest) == (1, 2)
    assert "version 2 was made by Ann Author since you read version 1" in str(caught.value)
    with pytest.raises(StaleError):
        do(database, number, (ANN, Comment("x")))
    # Who may not act at all is told that, and nothing of the versions.
    with pytest.raises(NotAllowedError):
        do(database, number, (GUS, Comment("x")))
    with pytest.raises(NotFoundError, match="has no version 3"):
        do(database, number, (ANN, Submit()), seen=3)
    assert recorded(database) == before


def test_a_role_taken_away_or_an_account_closed_takes_effect_at_once(
    database: Engine, in_review: int
) -> None:
    with writing(database) as connection:
        connection.execute(update(people).where(people.c.id == BEN.id).values(roles='["reader"]'))
        connection.execute(update(people).where(people.c.id == DAN.id).values(is_active=False))
    before = recorded(database)
    with pytest.raises(NotAllowedError, match="only by a reviewer"):
        do(database, in_review, (BEN, AGREE))
    with pytest.raises(NotAllowedError, match="closed"):
        do(database, in_review, (DAN, Comment("x")))
    with pytest.raises(NotAllowedError, match="closed"):
        act(database, POLICY, 99, in_review, Comment("x"), seen=1)
    assert recorded(database) == before


@ONE_DATABASE
def test_signatures_of_those_who_lost_the_role_complete_no_quorum(database: Engine, in_review: int) -> None:
    do(database, in_review, (BEN, AGREE))
    with writing(database) as connection:
        connection.execute(update(people).where(people.c.id == BEN.id).values(roles="[]"))
    assert do(database, in_review, (CAT, AGREE)).state is State.UNDER_REVIEW
    do(database, in_review, (EVE, Declare(False)))
    assert do(database, in_review, (EVE, AGREE)).state is State.APPROVED


def test_reopening_ends_approval_and_signatures(database: Engine, approved: int) -> None:
    after = act_as_system(database, POLICY, approved, Reopen(("A source was retracted.",), "8"))
    assert (after.state, after.reasons) == (State.SUBMITTED, ("A source was retracted.",))
    assert not any(one.counts for one in after.signatures)
    assert listed(database)[0].due is None
    # Reviewers may find that the words still hold, and sign them again.
    again = do(database, approved, (BEN, Begin()), (BEN, AGREE), (CAT, AGREE))
    assert (again.state, again.reasons) == (State.APPROVED, ())


def test_an_approval_expires(database: Engine, approved: int) -> None:
    after = act_as_system(database, POLICY, approved, Expire("2027-01-01"))
    assert (after.state, after.reasons) == (State.EXPIRED, ("Its approval held until 2027-01-01.",))
    with pytest.raises(WrongStateError):
        act_as_system(database, POLICY, approved, Expire("2027-01-01"))
    assert after.events[-1].person.id == 0


@ONE_DATABASE
def test_an_administrator_withdraws_for_safety(database: Engine, approved: int) -> None:
    after = do(database, approved, (FAY, Withdraw("A dose is wrong.")))
    assert (after.state, after.reasons) == (State.WITHDRAWN, ("A dose is wrong.",))
    assert approved_answer(database, "glimmer", after.question, "clinician", "standard") is None


BY_ITSELF: list[tuple[Action, str]] = [
    (Edit(" "), "needs a reason"),
    (Withdraw(""), "needs a reason"),
    (Reopen(()), "say why"),
    (Reopen((" ",)), "say why"),
    (Mark("lead", Verdict.CHANGE), "should be changed or removed"),
    (Mark("head", Verdict.AGREE), "cannot be recorded"),
    (Sign(Decision.REQUEST_CHANGES), "what should be changed"),
    (Declare(True), "what the conflict of interest is"),
    (Comment("\n"), "no text"),
    (Comment("\ud800"), "cannot be recorded"),
    (Propose("lead", ""), "no text"),
    (Submit("x" * 5001), "5,001 characters"),
    (Reopen(("x" * 5001,)), "5,000 are the most"),
]


@ONE_DATABASE
@pytest.mark.parametrize(("action", "words"), BY_ITSELF)
def test_an_action_without_what_it_needs_is_refused(
    database: Engine, number: int, action: Action, words: str
) -> None:
    with pytest.raises(ReviewError, match=words):
        do(database, number, (DAN, action))
    assert recorded(database) == 1


def test_what_is_not_there_cannot_be_acted_on(database: Engine, in_review: int) -> None:
    before = recorded(database)
    for person, action, words in (
        (BEN, Mark("3.1", Verdict.AGREE), "no place '3.1'"),
        (BEN, Mark("1.0", Verdict.AGREE), "no place '1.0'"),
        (BEN, Comment("x", place="d2"), "no place 'd2'"),
        (BEN, Propose("2.3", "x"), "no place '2.3'"),
        (BEN, Comment("x", thread=99), "no thread 99"),
        (DAN, Resolve(99), "no thread 99"),
        (DAN, Edit("x", accepted=(99,)), "no open proposal 99"),
        (DAN, Assign((GUS.id,)), "Gus Reader is no reviewer"),
        (DAN, Assign((99,)), "person 99 is no reviewer"),
        (DAN, Assign((2**70,)), "is no reviewer"),
        (DAN, Assign((BEN.id, BEN.id)), "named twice"),
    ):
        with pytest.raises(ReviewError, match=words):
            do(database, in_review, (person, action))
    for wrong in (0, -1, 99, 2**31, 2**70):
        with pytest.raises(NotFoundError, match="there is no article"):
            dossier(database, wrong)
        with pytest.raises(NotFoundError, match="there is no version"):
            article_of(database, in_review, wrong)
        with pytest.raises(NotFoundError):
            act(database, POLICY, BEN.id, wrong, Comment("x"), seen=1)
        with pytest.raises(NotAllowedError):
            act(database, POLICY, wrong, in_review, Comment("x"), seen=1)
        with pytest.raises(NotFoundError):
            do(database, in_review, (BEN, Comment("x")), seen=wrong)
    assert recorded(database) == before


@ONE_DATABASE
def test_an_edit_keeps_to_its_article(database: Engine, number: int) -> None:
    def edit(**changes: object) -> None:
        act(database, POLICY, ANN.id, number, Edit("x"), seen=1, article=replace(made_article(), **changes))

    for changes in ({"question": "Why?"}, {"audience": "patient"}, {"length": "short"}):
        with pytest.raises(ReviewError, match="keeps the question"):
            edit(**changes)
    with pytest.raises(ReviewError, match="nothing was changed"):
        edit(elapsed_ms=3.0)
    with pytest.raises(ReviewError, match="does not answer"):
        edit(answered=False)
    with pytest.raises(ReviewError, match="needs the new words"):
        do(database, number, (ANN, Edit("x")))
    with pytest.raises(ReviewError, match="only with an edit"):
        act(database, POLICY, ANN.id, number, Submit(), seen=1, article=made_article())
    assert recorded(database) == 1


def test_what_nothing_answers_is_not_opened(database: Engine) -> None:
    with pytest.raises(ReviewError, match="nothing to review"):
        open_dossier(database, ANN.id, replace(made_article(), answered=False))
    with pytest.raises(NotAllowedError, match="only an author or an editor"):
        open_dossier(database, BEN.id, made_article())
    assert (recorded(database), listed(database)) == (0, [])


@ONE_DATABASE
def test_threads(database: Engine, in_review: int) -> None:
    began = do(database, in_review, (BEN, Comment("How many?", place="1.2"))).threads[0].number
    answered = do(database, in_review, (ANN, Comment("Ten.", thread=began)))
    assert [one.person for one in answered.threads[0].comments] == [BEN, ANN]
    second = answered.threads[0].comments[1].action
    assert isinstance(second, Comment)
    assert second.place == "1.2"
    with pytest.raises(NotAllowedError, match="by whoever began it, or by an editor"):
        do(database, in_review, (ANN, Resolve(began)))
    assert do(database, in_review, (BEN, Resolve(began))).threads[0].resolved == BEN
    with pytest.raises(WrongStateError, match="settled by Ben Reviewer already"):
        do(database, in_review, (DAN, Resolve(began)))
    assert do(database, in_review, (CAT, Comment("Not so.", thread=began))).threads[0].resolved is None


def test_marks_and_proposals(database: Engine, in_review: int) -> None:
    do(database, in_review, (BEN, Mark("1.1", Verdict.REMOVE, "Old.")), (CAT, Mark("1.1", Verdict.AGREE)))
    after = do(database, in_review, (BEN, Mark("1.1", Verdict.AGREE)))
    assert {(one.by, one.mark.verdict) for one in after.marks} == {(BEN, "agree"), (CAT, "agree")}
    after = do(
        database, in_review, (BEN, Propose("1.1", "In 90 of 100 people glimmer followed.", "x", ("me",)))
    )
    proposal = after.proposals[0]
    assert "me" not in proposal.proposal.flags
    assert any("90" in flag for flag in proposal.proposal.flags)
    edited = act(
        database, POLICY, ANN.id, in_review, Edit("As Ben says.", accepted=(proposal.event,)), seen=1,
        article=retitled("x"),
    )  # fmt: skip
    assert edited.proposals[0].accepted == 2
    with pytest.raises(NotFoundError, match="no open proposal"):
        act(
            database, POLICY, ANN.id, in_review, Edit("Again.", accepted=(proposal.event,)), seen=2,
            article=retitled("y"),
        )  # fmt: skip


@ONE_DATABASE
def test_the_base_is_what_the_library_composed_last(database: Engine, number: int) -> None:
    act(database, POLICY, ANN.id, number, Edit("x"), seen=1, article=retitled("Two"))
    act(database, POLICY, ANN.id, number, Edit("x", renewed=True), seen=2, article=retitled("Three"))
    act(database, POLICY, ANN.id, number, Edit("x"), seen=3, article=retitled("Four"))
    titles = [base_of(database, number, version).title for version in (1, 2, 3, 4)]
    assert titles == [made_article().title, made_article().title, "Three", "Three"]
    with pytest.raises(NotFoundError):
        base_of(database, number, 5)


def test_the_approved_answer_is_found_however_it_is_typed(database: Engine, approved: int) -> None:
    found = approved_answer(database, "glimmer", "  does SMOKING cause\tglimmer ??", "clinician", "standard")
    assert found is not None
    assert found[0].id == approved
    assert found[0].author == ANN
    assert found[1] == replace(made_article(), content_hash=content_hash(made_article()))
    for library, question, audience, length in (
        ("other", "Does smoking cause glimmer?", "clinician", "standard"),
        ("glimmer", "Does smoking cause a glimmer?", "clinician", "standard"),
        ("glimmer", "Does smoking cause glimmer?", "patient", "standard"),
        ("glimmer", "Does smoking cause glimmer?", "clinician", "short"),
    ):
        assert approved_answer(database, library, question, audience, length) is None


@ONE_DATABASE
def test_an_approval_that_ran_out_answers_nothing(database: Engine, number: int) -> None:
    do(database, number, (ANN, Submit()), (BEN, Begin()), (BEN, Declare(False)))
    brief = Policy(quorum=1, valid_days=0)
    after = act(database, brief, BEN.id, number, AGREE, seen=1)
    assert after.state is State.APPROVED
    assert approved_answer(database, "glimmer", after.question, "clinician", "standard") is None


def test_questions_differ_by_what_they_say() -> None:
    assert question_key("What is ALS?") == question_key(" what  is als") == question_key("“What is ALS”!")
    assert question_key("Crohn’s disease") == question_key("Crohn's disease.")
    assert question_key("What is HLA-DR+?") != question_key("What is HLA-DR?")
    assert question_key("BMI < 25?") != question_key("BMI > 25?")
    assert question_key("?!") == question_key("")


def test_lists(database: Engine) -> None:
    numbers = [
        open_dossier(database, person.id, made_article(question=question)).id
        for person, question in (
            (ANN, "Does 50% help?"),
            (IVY, "Does smoking hurt?"),
            (ANN, "Does Smoking help?"),
        )
    ]
    do(database, numbers[2], (ANN, Submit()))
    assert [one.id for one in listed(database)] == numbers[::-1]
    assert [one.id for one in listed(database, limit=1)] == numbers[2:]
    assert [one.id for one in listed(database, after=numbers[2], limit=1)] == [numbers[1]]
    assert [one.id for one in listed(database, author=ANN.id)] == [numbers[2], numbers[0]]
    assert [one.id for one in listed(database, states=[State.SUBMITTED])] == [numbers[2]]
    assert [one.id for one in listed(database, text="help smoking")] == [numbers[2]]
    assert [one.id for one in listed(database, text="0%")] == [numbers[0]]
    assert listed(database, text="_") == []
    assert listed(database, library="other") == []
    assert listed(database, library="glimmer", text="smoking hurt")[0].author == IVY


def test_a_damaged_journal_takes_nothing_more(database: Engine, number: int) -> None:
    from aitia.review.tables import events, journal

    with writing(database) as connection:
        connection.execute(update(journal).values(hash="f" * 64))
    with pytest.raises(ReviewError, match="not as recorded"):
        do(database, number, (ANN, Submit()))
    with writing(database) as connection:
        connection.execute(update(events).values(event='{"number":1}'))
    with pytest.raises(ReviewError, match="an event cannot be read"):
        dossier(database, number)
    with reading(database) as connection:
        assert len(connection.execute(select(events.c.number)).all()) == 1


@ONE_DATABASE
def test_opening_is_an_event_like_any(database: Engine, number: int) -> None:
    opened = dossier(database, number).events[0].action
    assert opened == Open("glimmer", "7", "Does smoking cause glimmer?", "clinician", "standard")
