"""Takes the pictures in docs/screenshots. Run: .ci/chromium && .venv/bin/python docs/screenshots.py

A server on a fresh state folder, with a small story told before: an answer on the causes of ALS is kept, doubted,
changed and approved by invented people. The pictures are taken by Chromium as the tests drive it, and reduced to a
palette.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

from PIL import Image

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "screenshots"
LARGEST = 300_000
"""Bytes of a picture."""
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844, "scale": 2}
QUESTION = "What are the causes of ALS?"
ANSWER = "/ask?q=What+are+the+causes+of+ALS%3F"
SMOKING = "/ask?q=Does+smoking+cause+ALS%3F&for=clinician"
SHOTS: tuple[dict[str, Any], ...] = (
    {"name": "ask-desktop", "path": "/", **DESKTOP},
    {"name": "ask-phone", "path": "/", **PHONE},
    {"name": "answer-desktop", "path": ANSWER + "&for=clinician", **DESKTOP, "height": 1100},
    {"name": "answer-dark", "path": ANSWER + "&for=clinician", **DESKTOP, "dark": True},
    {"name": "answer-phone", "path": ANSWER + "&for=patient", **PHONE},
    {"name": "answer-phone-dark", "path": ANSWER + "&for=researcher", **PHONE, "dark": True},
    {"name": "answer-print", "path": "/articles/{kept}", "print": True, **DESKTOP},
    {"name": "approved-desktop", "path": "/articles/{kept}", **DESKTOP},
    {"name": "figures-desktop", "path": SMOKING, "at": "#figures", **DESKTOP},
    {"name": "passage-desktop", "path": "{passage}", **DESKTOP, "height": 700},
    {"name": "desk-desktop", "path": "/review/{doubted}", "as": "second", **DESKTOP, "height": 1100},
    {
        "name": "desk-dark",
        "path": "/review/{doubted}",
        "as": "second",
        "at": "#s-1-1",
        "dark": True,
        **DESKTOP,
    },
    {"name": "queue-desktop", "path": "/review", "as": "second", **DESKTOP},
    {"name": "history-desktop", "path": "/articles/{kept}/history", **DESKTOP, "height": 1100},
    {"name": "compare-desktop", "path": "/articles/{kept}/compare?old=1&new=2", **DESKTOP, "height": 700},
)


def told() -> tuple[Any, dict[str, str], dict[str, str]]:
    """Tell the story, in the state folder in force; gives the services, where people sign in, and articles' numbers."""
    from tests.documents.examples import DOCUMENTS, EXAMPLES
    from tests.people.made import email_of, make_person
    from tests.web.world import add_documents

    from aitia.people.roles import Role
    from aitia.review import editing, journal
    from aitia.review.nouns import (
        Assign,
        Comment,
        Decision,
        Declare,
        Edit,
        Mark,
        Propose,
        Sign,
        Submit,
        Verdict,
    )
    from aitia.web.application import services_of
    from aitia.web.settings import Settings

    services = services_of(Settings(reads_a_minute=0))
    database, policy = services.database, services.policy
    add_documents("examples", *(DOCUMENTS / name for name in EXAMPLES))
    names = {
        "author": ("Wilma Quill", "MSc, medical writer (invented)", Role.AUTHOR),
        "first": ("Ansel Thornbury", "MD, neurologist (invented)", Role.REVIEWER),
        "second": ("Ingrid Halloway", "PhD, epidemiologist (invented)", Role.REVIEWER),
        "editor": ("Moss Fennimore", "MD, editor (invented)", Role.EDITOR),
    }
    people = {
        who: make_person(database, name, role, credentials=credentials)
        for who, (name, credentials, role) in names.items()
    }

    def act(who: str, number: int, action: Any, **more: Any) -> Any:
        seen = journal.dossier(database, number).latest.number
        return journal.act(database, policy, people[who].id, number, action, seen=seen, **more)

    def under_review(question: str) -> tuple[int, Any]:
        article = services.shelf.open().ask(question, "patient")
        number = journal.open_dossier(database, people["author"].id, article).id
        act("author", number, Submit("The shares are from the newest registers."))
        act("editor", number, Assign((people["first"].id, people["second"].id)))
        for who in ("first", "second"):
            act(who, number, Declare(False, "None."))
        return number, article

    kept, article = under_review(QUESTION)
    act("second", kept, Mark("lead", Verdict.CHANGE, "Say that nobody is to blame: families ask."))
    proposal = act(
        "second", kept, Propose("lead", article.lead.text + " Nobody is to blame for it.", "As above.")
    )
    act("second", kept, Sign(Decision.REQUEST_CHANGES, "The lead may be read as blame."))
    changed = editing.edited(article, {"lead": article.lead.text + " Nobody is to blame for it."})
    accepted = (proposal.proposals[-1].event,)
    act("author", kept, Edit("Takes up the wording of Ingrid Halloway.", accepted=accepted), article=changed)
    act("author", kept, Submit())
    act("editor", kept, Assign((people["first"].id, people["second"].id)))
    for who in ("first", "second"):
        for place in editing.places(changed):
            act(who, kept, Mark(place.place, Verdict.AGREE))
        act(who, kept, Sign(Decision.APPROVE))

    doubted, article = under_review("Does smoking cause ALS?")
    act("first", doubted, Mark("lead", Verdict.AGREE))
    act("first", doubted, Mark("1.1", Verdict.AGREE))
    act("second", doubted, Mark("lead", Verdict.AGREE))
    act("second", doubted, Propose("1.1", editing.places(article)[1].text.split(". ")[0] + ".", "Shorter."))
    asked = act("first", doubted, Comment("Is this the adjusted figure?", "1.1"))
    act("author", doubted, Comment("It is: the source calls it so.", "1.1", asked.threads[-1].number))
    under_review("Is ALS inherited?")
    addresses = {who: email_of(person.name) for who, person in people.items()}
    cited = services.shelf.open("examples").ask("What is the treatment of coeliac disease?").passages[0]
    passage = f"/library/examples/sources/{cited.source_id}/passages/{cited.passage}?mark={quote(cited.statement_id)}"
    return services, addresses, {"kept": str(kept), "doubted": str(doubted), "passage": passage}


def printed(document: Path, target: Path) -> None:
    """The first page of a printed document as a picture, at 96 dots to the inch."""
    import pypdfium2

    with pypdfium2.PdfDocument(document) as pages:
        pages[0].render(scale=96 / 72).to_pil().save(target)


def reduced(picture: Path, target: Path) -> int:
    """Write a picture with as many colours as fit into the largest size; gives its bytes."""
    with Image.open(picture) as whole:
        for colours in (256, 128, 64, 32):
            whole.convert("RGB").quantize(colours, dither=Image.Dither.NONE).save(target, optimize=True)
            if target.stat().st_size <= LARGEST:
                break
    return target.stat().st_size


def main() -> None:
    """Take them all."""
    sys.path.insert(0, str(ROOT))
    from tests.browser.node import drive, lacking
    from tests.library.store.opened import state_folder
    from tests.people.made import PASSWORD
    from tests.web.conftest import serving

    if reason := lacking():
        raise SystemExit(reason)
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, state_folder(Path(folder) / "home"):
        services, people, places = told()
        shots = [{**shot, "path": shot["path"].format_map(places)} for shot in SHOTS]
        with serving(services) as site:
            taken = drive(
                "../../docs/screenshots.mjs",
                site,
                shots=shots,
                folder=folder,
                people=people,
                password=PASSWORD,
            )
        for name in taken:
            if (Path(folder) / f"{name}.pdf").exists():
                printed(Path(folder) / f"{name}.pdf", Path(folder) / f"{name}.png")
            size = reduced(Path(folder) / f"{name}.png", FOLDER / f"{name}.png")
            print(f"docs/screenshots/{name}.png {size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
