"""The table of transitions, against what an editor would expect, written down apart from it."""

from collections.abc import Sequence
from itertools import product

import pytest

from aitia.review.errors import NotAllowedError, WrongStateError
from aitia.review.folding import fold
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
    Event,
    Expire,
    Mark,
    Open,
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
from aitia.review.telling import rules_text
from aitia.review.transitions import RULES, refusal, state_after, why_not
from tests.review.made import ANN, BEN, CAT, DAN, EVE, FAY, GUS, HAL, IVY, JIM, POLICY

KINDS: tuple[type[Action], ...] = Action.__args__

EXPECTED = """
who   what       draft submitted review requested reworked approved expired withdrawn
ann   edit       yes   yes       yes    yes       yes      yes      yes     yes
ann   submit     yes   -         -      yes       yes      -        -       -
ann   comment    yes   yes       yes    yes       yes      yes      yes     yes
ann   resolve    yes   yes       yes    yes       yes      yes      yes     yes
ann   withdraw   yes   yes       yes    yes       yes      -        -       -
ben   begin      -     yes       -      -         -        -        -       -
ben   declare    -     yes       yes    yes       yes      yes      yes     yes
ben   mark       -     -         yes    yes       -        -        -       -
ben   propose    -     -         yes    yes       -        -        -       -
ben   sign       -     -         yes    yes       -        -        -       -
ben   comment    -     yes       yes    yes       yes      yes      yes     yes
ben   resolve    -     yes       yes    yes       yes      yes      yes     yes
cat   begin      -     yes       -      -         -        -        -       -
cat   declare    -     yes       yes    yes       yes      yes      yes     yes
cat   comment    -     yes       yes    yes       yes      yes      yes     yes
cat   resolve    -     yes       yes    yes       yes      yes      yes     yes
dan   edit       yes   yes       yes    yes       yes      yes      yes     yes
dan   submit     yes   -         -      yes       yes      -        -       -
dan   assign     -     yes       yes    yes       yes      -        -       -
dan   comment    yes   yes       yes    yes       yes      yes      yes     yes
dan   resolve    yes   yes       yes    yes       yes      yes      yes     yes
dan   withdraw   yes   yes       yes    yes       yes      yes      yes     -
dan   reopen     -     -         yes    -         -        yes      yes     -
eve   begin      -     yes       -      -         -        -        -       -
eve   declare    -     yes       yes    yes       yes      yes      yes     yes
eve   comment    -     yes       yes    yes       yes      yes      yes     yes
eve   resolve    -     yes       yes    yes       yes      yes      yes     yes
fay   withdraw   yes   yes       yes    yes       yes      yes      yes     -
hal   edit       yes   yes       yes    yes       yes      yes      yes     yes
hal   submit     yes   -         -      yes       yes      -        -       -
hal   assign     -     yes       yes    yes       yes      -        -       -
hal   begin      -     yes       -      -         -        -        -       -
hal   declare    -     yes       yes    yes       yes      yes      yes     yes
hal   mark       -     -         yes    yes       -        -        -       -
hal   propose    -     -         yes    yes       -        -        -       -
hal   sign       -     -         yes    yes       -        -        -       -
hal   comment    yes   yes       yes    yes       yes      yes      yes     yes
hal   resolve    yes   yes       yes    yes       yes      yes      yes     yes
hal   withdraw   yes   yes       yes    yes       yes      yes      yes     -
hal   reopen     -     -         yes    -         -        yes      yes     -
jim   edit       yes   yes       yes    yes       yes      yes      yes     yes
jim   submit     yes   -         -      yes       yes      -        -       -
jim   assign     -     yes       yes    yes       yes      -        -       -
jim   declare    -     yes       yes    yes       yes      yes      yes     yes
jim   comment    yes   yes       yes    yes       yes      yes      yes     yes
jim   resolve    yes   yes       yes    yes       yes      yes      yes     yes
jim   withdraw   yes   yes       yes    yes       yes      yes      yes     -
jim   reopen     -     -         yes    -         -        yes      yes     -
aitia approve    -     -         yes    -         -        -        -       -
aitia expire     -     -         -      -         -        yes      -       -
aitia reopen     -     -         yes    -         -        yes      yes     -
"""
"""Ann opened the article; Ben declared no conflict, Cat one, Eve nothing yet; Dan is its editor, Fay administers,
Gus reads, Ivy is another author; Hal and Jim hold every role, and Jim made version 2. What is not here is refused."""

PEOPLE = {
    "ann": ANN,
    "ben": BEN,
    "cat": CAT,
    "dan": DAN,
    "eve": EVE,
    "fay": FAY,
    "gus": GUS,
    "hal": HAL,
    "ivy": IVY,
    "jim": JIM,
    "aitia": SYSTEM,
}
HEADER, *ROWS = (line.split() for line in EXPECTED.strip().splitlines())
SITUATIONS = HEADER[2:]
ALLOWED = {
    (who, what, situation)
    for who, what, *cells in ROWS
    for situation, cell in zip(SITUATIONS, cells, strict=True)
    if cell == "yes"
}

STEPS: Sequence[tuple[Person, int, Action]] = (
    (ANN, 1, Open("glimmer", "7", "Why?", "clinician", "standard")),
    (JIM, 2, Edit("Better words.")),
)
DECLARED: Sequence[tuple[Person, int, Action]] = tuple(
    (one, 2, Declare(one is CAT, "I sell it." if one is CAT else "")) for one in (BEN, CAT, HAL, JIM)
)
SUBMITTED = (*STEPS, (ANN, 2, Submit()), *DECLARED)
REVIEW = (*SUBMITTED, (EVE, 2, Begin()))
REQUESTED = (*REVIEW, (HAL, 2, Sign(Decision.REQUEST_CHANGES, "Too long.")))
APPROVED = (*REVIEW, (SYSTEM, 2, Approve((), 2, "", "2030-01-01")))
HISTORIES = {
    "draft": STEPS,
    "submitted": SUBMITTED,
    "review": REVIEW,
    "requested": REQUESTED,
    "reworked": (*REQUESTED, (ANN, 3, Edit("Shorter."))),
    "approved": APPROVED,
    "expired": (*APPROVED, (SYSTEM, 2, Expire("2030-01-01"))),
    "withdrawn": (*APPROVED, (DAN, 2, Withdraw("Wrong."))),
}


def dossier_of(steps: Sequence[tuple[Person, int, Action]]) -> Dossier:
    return fold(
        Event(number, 1, f"2026-01-01T00:00:{number:02}.000000Z", person, version, "", action, "")
        for number, (person, version, action) in enumerate(steps, 1)
    )


DOSSIERS = {situation: dossier_of(steps) for situation, steps in HISTORIES.items()}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_everybody_may_do_what_is_expected_and_nothing_else(situation: str) -> None:
    dossier = DOSSIERS[situation]
    for who, kind in product(PEOPLE, KINDS):
        if kind is Open:
            continue
        reason = why_not(dossier, PEOPLE[who], kind, POLICY)
        expected = (who, kind.__name__.lower(), situation) in ALLOWED
        assert (reason is None) == expected, (who, kind, situation, reason)
        if reason is not None:
            assert reason.endswith("."), reason
            assert "  " not in reason


def test_the_expectation_names_only_what_there_is() -> None:
    assert {what for _, what, *_ in ROWS} == {kind.__name__.lower() for kind in KINDS} - {"open"}
    assert {rule.action for rule in RULES} == set(KINDS)


def test_articles_are_opened_by_authors_and_editors() -> None:
    may = {who for who, person in PEOPLE.items() if refusal(None, person, Open, POLICY) is None}
    assert may == {"ann", "ivy", "dan", "hal", "jim"}


MARK = Mark("lead", Verdict.AGREE)
LEADS_TO: dict[str, dict[Action, str]] = {
    "draft": {Submit(): "submitted", Edit("x"): "draft", Withdraw("x"): "withdrawn"},
    "submitted": {
        Begin(): "under-review",
        Assign(): "under-review",
        Edit("x"): "submitted",
        Withdraw("x"): "withdrawn",
    },
    "review": {
        MARK: "under-review",
        Edit("x"): "under-review",
        Sign(Decision.APPROVE): "under-review",
        Sign(Decision.REQUEST_CHANGES, "x"): "changes-requested",
        Approve((), 2, "", ""): "approved",
        Reopen(("x",)): "under-review",
        Assign(): "under-review",
        Withdraw("x"): "withdrawn",
    },
    "requested": {
        Edit("x"): "changes-requested",
        Sign(Decision.APPROVE): "changes-requested",
        Submit(): "submitted",
        Assign(): "changes-requested",
        Withdraw("x"): "withdrawn",
    },
    "approved": {
        Edit("x"): "draft",
        Expire("x"): "expired",
        Reopen(("x",)): "submitted",
        Withdraw("x"): "withdrawn",
        Declare(False): "approved",
    },
    "expired": {Edit("x"): "draft", Reopen(("x",)): "submitted", Withdraw("x"): "withdrawn"},
    "withdrawn": {Edit("x"): "draft", Comment("x"): "withdrawn"},
}


def test_each_step_leads_where_an_editor_expects() -> None:
    for situation, steps in LEADS_TO.items():
        for action, state in steps.items():
            assert state_after(action, DOSSIERS[situation].state) == state, (situation, action)


def test_rows_of_one_step_agree_on_where_it_leads() -> None:
    seen: dict[object, State | None] = {}
    for rule in RULES:
        for state in rule.states:
            assert seen.setdefault((rule.action, rule.decision, state), rule.to) == rule.to, rule


def test_a_step_that_the_table_lacks_is_refused() -> None:
    with pytest.raises(
        WrongStateError, match="it can be submitted only while it is a draft or waiting for changes"
    ):
        state_after(Submit(), State.APPROVED)


def test_reasons_say_what_is_lacking() -> None:
    def reason(person: Person, kind: type[Action], situation: str = "review") -> str | None:
        return why_not(DOSSIERS[situation], person, kind, POLICY)

    assert reason(JIM, Sign) == "you wrote or edited this article; nobody reviews their own work."
    assert reason(EVE, Mark) == "declare first whether you have a conflict of interest on this article."
    assert reason(CAT, Propose) == (
        "you declared a conflict of interest on this article; you may comment on it, not judge it."
    )
    assert reason(ANN, Reopen) == "the article can be re-opened only by an editor or the system."
    assert reason(IVY, Edit) == "the article can be edited only by its own author or an editor."
    assert (
        reason(BEN, Sign, "reworked")
        == "version 3 is still being worked on; it has not been submitted again."
    )
    assert reason(DAN, Approve) == (
        "nobody approves an article alone: it is approved once 2 reviewers have signed."
    )
    assert reason(ANN, Withdraw, "approved") == (
        "the article is approved; it can be withdrawn only while it is a draft or submitted or under review "
        "or waiting for changes."
    )
    assert isinstance(refusal(DOSSIERS["review"], GUS, Comment, POLICY), NotAllowedError)


def test_where_reviewers_were_named_only_they_judge() -> None:
    named = dossier_of((*SUBMITTED, (DAN, 2, Assign((HAL.id,)))))
    for kind in (Mark, Propose, Sign):
        assert why_not(named, HAL, kind, POLICY) is None
        assert "not among them" in (why_not(named, BEN, kind, POLICY) or "")
    assert why_not(named, BEN, Comment, POLICY) is None
    again = dossier_of((*SUBMITTED, (DAN, 2, Assign((HAL.id,))), (ANN, 3, Edit("x")), (DAN, 3, Withdraw("x")),
                        (DAN, 4, Edit("x")), (ANN, 4, Submit())))  # fmt: skip
    assert why_not(again, HAL, Begin, POLICY) is None
    assert "not among them" in (why_not(again, BEN, Begin, POLICY) or "")


def test_a_role_taken_away_takes_the_right_away() -> None:
    dismissed = Person(ANN.id, ANN.name)
    assert why_not(DOSSIERS["draft"], dismissed, Edit, POLICY) is not None
    assert why_not(DOSSIERS["draft"], dismissed, Comment, POLICY) is not None


def test_the_table_is_printed_whole() -> None:
    text = rules_text()
    for kind in KINDS:
        assert any(line.startswith(kind.__name__.lower()) for line in text.splitlines())
    assert "submit                  its author        a draft | waiting for changes -> submitted" in text


def test_resolving_and_proposing_are_not_forgotten() -> None:
    # The two kinds that only conditions of their content restrict further.
    assert why_not(DOSSIERS["draft"], ANN, Resolve, POLICY) is None
    assert why_not(DOSSIERS["draft"], BEN, Resolve, POLICY) is not None
