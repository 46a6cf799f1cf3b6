"""A small article, people, and the way to each state, for the tests of review."""

import json

from msgspec.structs import replace
from sqlalchemy import Engine, insert

from aitia.evidence.article import (
    Article,
    ArticleDisagreement,
    ArticleSection,
    ArticleStatement,
    Cited,
    LibraryVersion,
    Reference,
)
from aitia.evidence.nouns import Certainty, Conflict, Kind
from aitia.library.store.database import writing
from aitia.moments import moment
from aitia.people.roles import Role
from aitia.people.tables import people
from aitia.review.journal import act
from aitia.review.nouns import Action, Begin, Decision, Declare, Dossier, Person, Sign, Submit
from aitia.review.policy import Policy

POLICY = Policy()

ANN = Person(1, "Ann Author", "", (Role.AUTHOR,))
BEN = Person(2, "Ben Reviewer", "MD", (Role.REVIEWER,))
CAT = Person(3, "Cat Reviewer", "PhD", (Role.REVIEWER,))
DAN = Person(4, "Dan Editor", "", (Role.EDITOR,))
EVE = Person(5, "Eve Reviewer", "MD", (Role.REVIEWER,))
FAY = Person(6, "Fay Administrator", "", (Role.ADMINISTRATOR,))
GUS = Person(7, "Gus Reader", "", (Role.READER,))
HAL = Person(8, "Hal Everything", "", tuple(Role))
IVY = Person(9, "Ivy Author", "", (Role.AUTHOR,))
JIM = Person(10, "Jim Everything", "", tuple(Role))
EVERYBODY = (ANN, BEN, CAT, DAN, EVE, FAY, GUS, HAL, IVY, JIM)


def email_of(person: Person) -> str:
    """The address of an account that `enter` makes."""
    return f"{person.name.split()[0].lower()}@clinic.example"


def enter(database: Engine, *persons: Person) -> None:
    """Give people accounts, under the numbers that they have here."""
    rows = [
        {
            "id": one.id,
            "email": email_of(one),
            "name": one.name,
            "credentials": one.credentials,
            "roles": json.dumps(one.roles),
            "is_active": True,
            "created": moment(),
        }
        for one in persons
    ]
    with writing(database) as connection:
        connection.execute(insert(people), rows)


def made_article(
    title: str = "Does glimmer follow smoking?", question: str = "Does smoking cause glimmer?"
) -> Article:
    """An article with a lead, two sections of two statements, and a disagreement."""

    def statement(number: int) -> ArticleStatement:
        return ArticleStatement(
            f"In {number}0 of 100 people glimmer followed.",
            (1,),
            Certainty.MODERATE,
            (),
            ("smith-2020",),
            (f"smith-2020-{number}",),
        )

    return Article(
        question=question,
        audience="clinician",
        length="standard",
        title=title,
        status="Draft",
        updated="2026-01-01",
        caution="Not reviewed.",
        library=LibraryVersion("glimmer", "7"),
        answered=True,
        lead=Cited("Smoking probably raises the risk.", (1,), ("smith-2020",), ("smith-2020-1",)),
        sections=(
            ArticleSection("Risk", "risk", (statement(1), statement(2))),
            ArticleSection("Course", "course", (statement(3), statement(4))),
        ),
        disagreements=(
            ArticleDisagreement("The risk", Conflict.FIGURES, (Cited("10 of 100", (1,)),), "Other people."),
        ),
        references=(Reference(1, "smith-2020", Kind.COHORT, "Glimmer in smokers", ("Smith",), 2020),),
        disclaimer="Ask a doctor.",
        version="0.1.0",
    )


def retitled(title: str) -> Article:
    """The same article with another title: what an edit brings."""
    return replace(made_article(), title=title)


def do(database: Engine, number: int, *steps: tuple[Person, Action], seen: int = 1) -> Dossier:
    """Take some steps that are allowed; the dossier after them."""
    after = None
    for person, action in steps:
        after = act(database, POLICY, person.id, number, action, seen=seen)
    assert after is not None
    return after


def approving(*reviewers: Person) -> list[tuple[Person, Action]]:
    """The steps from a draft to the reviewers' approval of it."""
    steps: list[tuple[Person, Action]] = [(ANN, Submit()), (reviewers[0], Begin())]
    for one in reviewers:
        steps += [(one, Declare(False)), (one, Sign(Decision.APPROVE))]
    return steps
