"""An article under review, with the people at it, for tests of the desk."""

from sqlalchemy import Engine

from aitia.evidence.article import Article
from aitia.people.roles import Role
from aitia.review import editing, journal
from aitia.review.nouns import Action, Declare, Dossier, Edit, Person, Submit
from aitia.review.policy import Policy
from tests.web.forms import Enter, fill

QUESTION = "Does smoking cause ALS?"


class People:
    """An author, two reviewers and an editor, signed in."""

    def __init__(self, enter: Enter) -> None:
        self.author, self.ada = enter("Ada Author", Role.AUTHOR)
        self.first, self.ben = enter("Ben First", Role.REVIEWER)
        self.second, self.cleo = enter("Cleo Second", Role.REVIEWER)
        self.editor, self.edda = enter("Edda Editor", Role.EDITOR)


class Board:
    """Four people at an article that is under review."""

    def __init__(self, people: People, database: Engine, article: Article) -> None:
        self.database = database
        self.author, self.ada = people.author, people.ada
        self.first, self.ben = people.first, people.ben
        self.second, self.cleo = people.second, people.cleo
        self.editor, self.edda = people.editor, people.edda
        self.number = journal.open_dossier(database, self.ada.id, article).id
        self.act(self.ada, Submit())
        for person in (self.ben, self.cleo):
            self.act(person, Declare(False))
        self.page = f"/review/{self.number}"
        assert fill(self.first, self.page, f"{self.page}/begin", {}).status_code == 303

    def act(self, person: Person, action: Action, seen: int = 1, article: Article | None = None) -> Dossier:
        """Do something directly."""
        return journal.act(
            self.database,
            Policy(),
            person.id,
            self.number,
            action,
            seen=seen,
            article=article,
        )

    def dossier(self) -> Dossier:
        """The article as it stands."""
        return journal.dossier(self.database, self.number)

    def reword(self, place: str, text: str | None, reason: str = "Plainer words.") -> None:
        """The author makes a new version."""
        seen = self.dossier().latest.number
        old = journal.article_of(self.database, self.number, seen)
        self.act(self.ada, Edit(reason), seen, editing.edited(old, {place: text}))
