"""A service in full use: people in all roles, a dossier in every state, a library of documents, a job, open links.

What looks at the whole (access, accessibility, hostile texts, the story) begins from here.
"""

import time
from pathlib import Path
from typing import Any

import httpx
from msgspec import Struct
from sqlalchemy import Engine

from aitia.cli.main import aitia
from aitia.library.store import libraries
from aitia.library.store.database import writing
from aitia.people import invitations, sessions, tokens
from aitia.people.audit import Doer
from aitia.people.roles import Role
from aitia.people.tokens import Scope
from aitia.review import editing, journal
from aitia.review.nouns import (
    Action,
    Assign,
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
    Sign,
    Submit,
    Verdict,
    Withdraw,
)
from aitia.service import Library
from aitia.web import jobs, work
from aitia.web.application import services_of
from aitia.web.call import Services
from aitia.web.settings import Settings
from tests.documents.examples import DOCUMENTS, EXAMPLES
from tests.people.made import email_of, make_person

NAMES = {
    "reader": ("Rada Reader", Role.READER),
    "author": ("Aron Author", Role.AUTHOR),
    "reviewer": ("Vera First", Role.REVIEWER),
    "second": ("Sam Second", Role.REVIEWER),
    "editor": ("Edda Editor", Role.EDITOR),
    "administrator": ("Ada Admin", Role.ADMINISTRATOR),
    "closed": ("Carl Closed", Role.REVIEWER),
    "victim": ("Vic Tim", Role.READER),
}
"""Invented people, by what they are here."""
QUESTIONS = {
    "draft": "What is ALS?",
    "unsent": "Does exercise cause ALS?",
    "submitted": "Does smoking cause ALS?",
    "under-review": "What are the causes of ALS?",
    "changes-requested": "Is ALS inherited?",
    "approved": "How common is ALS?",
    "withdrawn": "Does head injury cause ALS?",
    "expired": "Does lead cause ALS?",
    "reopened": "Does military service cause ALS?",
    "superseded": "How does SOD1 cause ALS?",
}


class World(Struct, frozen=True):
    """What is there to be looked at."""

    services: Services
    people: dict[str, Person]
    dossiers: dict[str, int]
    """Their numbers, by state."""
    links: dict[str, str]
    """Paths with a one-time value, by kind."""
    job: int
    """The number of a job that is done."""
    token: int
    """The number of the editor's token for programs."""

    @property
    def database(self) -> Engine:
        return self.services.database

    @property
    def places(self) -> dict[str, str]:
        """What stands for the parts of addresses that differ from world to world."""
        under_review = journal.dossier(self.database, self.dossiers["under-review"])
        contents = self.services.shelf.open()
        assert isinstance(contents, Library)
        return {
            **{state: str(number) for state, number in self.dossiers.items()},
            **{who: str(person.id) for who, person in self.people.items()},
            **self.links,
            "job": str(self.job),
            "token": str(self.token),
            "thread": str(under_review.threads[0].number),
            "fresh": contents.ask(QUESTIONS["changes-requested"], "patient").content_hash,
            "statement": contents.contents.statements[0].id,
        }

    def email(self, who: str) -> str:
        """The address with which somebody signs in."""
        return email_of(self.people[who].name)

    def enter(self, client: httpx.Client, who: str) -> None:
        """Give a client a session of somebody's, without the page for it."""
        with writing(self.database) as connection:
            value = sessions.begin(connection, self.people[who].id, 1.0, "a test")
        client.cookies.clear()
        client.cookies.set("aitia", value)


def run(*arguments: str, code: int = 0) -> str:
    """What a command prints. It must end with the exit code."""
    from click.testing import CliRunner

    result = CliRunner().invoke(aitia, list(arguments), catch_exceptions=False, standalone_mode=False)
    assert (result.return_value or 0) == code, result.output
    return result.output


def add_documents(library: str, *files: Path) -> None:
    """Add documents to a library, with the command."""
    run("library", "add", "--library", library, *map(str, files), "--jobs", "1")


def made(settings: Settings | None = None) -> World:
    """The world, in the state folder in force."""
    services = services_of(settings or Settings(reads_a_minute=0))
    database = services.database
    set_up = invitations.set_up_link(database)
    assert set_up is not None
    people = {who: make_person(database, name, role) for who, (name, role) in NAMES.items()}
    doer = Doer(people["administrator"].id)
    links = {
        "set-up": set_up,
        "invitation": invitations.invite(database, "guest@clinic.example", (Role.READER,), doer),
        "new-password": invitations.password_link(database, people["victim"].id, doer),
    }
    add_documents("examples", *(DOCUMENTS / name for name in EXAMPLES))
    library = libraries.find(database, "examples")
    assert library is not None
    with (DOCUMENTS / EXAMPLES[0]).open("rb") as file:
        job = work.begin(database, library, people["editor"].id, "add", [(EXAMPLES[0], file)])
    while jobs.find(database, job).is_active:
        time.sleep(0.01)
    tokens.make(database, people["editor"].id, "A script", (Scope.READ,), 30, doer)
    token = tokens.listed(database, people["editor"].id)[0].id
    dossiers = {
        state: Dossiers(services, people).bring(state, question) for state, question in QUESTIONS.items()
    }
    return World(services, people, dossiers, links, job, token)


class Dossiers:
    """Brings articles to where they shall stand."""

    def __init__(self, services: Services, people: dict[str, Person]) -> None:
        self._services = services
        self._people = people

    def bring(self, state: str, question: str, audience: str = "patient") -> int:
        """Open a dossier on a question and take it to a state; gives its number."""
        article = self._services.shelf.open().ask(question, audience)
        assert article.answered, question
        author = self._people["author"].id
        number = journal.open_dossier(self._services.database, author, article).id
        if state in ("draft", "unsent"):
            return number
        self._act("author", number, Submit("Please look at the figures."))
        if state == "submitted":
            return number
        reviewers = ("reviewer", "second")
        self._act("editor", number, Assign(tuple(self._people[who].id for who in reviewers)))
        for who in reviewers:
            self._act(who, number, Declare(False, "None."))
        self._act("reviewer", number, Mark("lead", Verdict.AGREE))
        if state in ("under-review", "changes-requested"):
            self._act("second", number, Mark("1.1", Verdict.CHANGE, "Say for whom."))
            self._act("second", number, Propose("lead", article.lead.text + " Ask your doctor.", "Kinder."))
            said = self._act("second", number, Comment("Is this the newest register?", "1.1"))
            self._act("author", number, Comment("It is.", "1.1", said.threads[-1].number))
            if state == "changes-requested":
                self._act("second", number, Sign(Decision.REQUEST_CHANGES, "The lead needs work."))
            return number
        for who in reviewers:
            self._act(who, number, Sign(Decision.APPROVE))
        after: dict[str, tuple[str, Action]] = {
            "withdrawn": ("editor", Withdraw("A figure was wrong.")),
            "reopened": ("editor", Reopen(("A newer guideline is out.",))),
        }
        if state in after:
            self._act(after[state][0], number, after[state][1])
        elif state == "expired":
            journal.act_as_system(
                self._services.database, self._services.policy, number, Expire("2026-01-01")
            )
        elif state == "superseded":
            changed = editing.edited(article, {"lead": article.lead.text + " Ask your doctor."})
            self._act("author", number, Edit("Kinder."), article=changed)
        return number

    def _act(self, who: str, number: int, action: Action, **more: Any) -> Dossier:
        return journal.act(
            self._services.database,
            self._services.policy,
            self._people[who].id,
            number,
            action,
            seen=journal.dossier(self._services.database, number).latest.number,
            **more,
        )
