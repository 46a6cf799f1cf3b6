"""Every page in a real browser, as those see it who may: by axe-core, by keyboard, narrow, dark, without JavaScript."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.node import drive
from tests.library.store.opened import state_folder
from tests.people.made import PASSWORD
from tests.web.conftest import serving
from tests.web.expected import EXPECTED, Page
from tests.web.world import World, made

ALSO = {
    "an answer for researchers, in full": ("/ask?q=What+are+the+causes+of+ALS%3F&for=researcher&length=full", "reader"),
    "an answer from documents": ("/ask?q=How+is+migraine+treated%3F&for=patient&library=examples", "anonymous"),
    "a follow-up": ("/ask?q=Does+smoking+cause+ALS%3F&q=and+in+women%3F&for=patient", "anonymous"),
    "no answer": ("/ask?q=What+is+scurvy%3F&for=patient", "anonymous"),
    "an answer that can be kept": ("/ask?q=What+is+ALS%3F&for=clinician", "author"),
    "the desk of an author": ("/review/{changes-requested}", "author"),
    "the desk of an editor": ("/review/{submitted}", "editor"),
    "the desk, a form open": ("/review/{under-review}?open=propose&at=lead", "reviewer"),
    "the desk of what was opened again": ("/review/{reopened}", "reviewer"),
    "an article under review": ("/articles/{under-review}", "anonymous"),
    "an article that was withdrawn": ("/articles/{withdrawn}", "anonymous"),
    "an article that has expired": ("/articles/{expired}", "reader"),
    "an article that was opened again": ("/articles/{reopened}", "anonymous"),
    "a draft": ("/articles/{draft}", "author"),
    "two versions compared": ("/articles/{superseded}/compare?old=1&new=2", "author"),
    "the history of changes asked for": ("/articles/{changes-requested}/history", "editor"),
    "a library's search without a hit": ("/library/als-starter?q=xyzzy", "anonymous"),
    "a source of the starter": ("/library/als-starter", "anonymous"),
    "an unknown page": ("/nothing-here", "anonymous"),
    "a page for other roles": ("/admin/people", "reader"),
    "articles, as the board sees them": ("/articles?state=all", "editor"),
}  # fmt: skip
"""Pages that the table of routes has no example of, with who looks."""
STATUS = {"an unknown page": 404, "a page for other roles": 403}


def looked_at() -> dict[str, tuple[str, str, int]]:
    """Every page: its address, who looks, and the status that it has."""
    pages = {
        name: (page.at, _who(page), page.status)
        for name, page in EXPECTED.items()
        if name.startswith("GET ") and page.is_page
    }
    pages |= {name: (at, who, STATUS.get(name, 200)) for name, (at, who) in ALSO.items()}
    return pages


def _who(page: Page) -> str:
    """Of those who may, the one who meets most on a page; nobody in particular where all may."""
    order = ("anonymous", "reviewer", "administrator", "editor", "author")
    return next(who for who in order if who in page.allowed)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with state_folder(tmp_path_factory.mktemp("accessible")):
        yield made()


@pytest.fixture(scope="module")
def findings(world: World) -> dict[str, list[str]]:
    """What was found on each page."""
    pages = looked_at()
    with serving(world.services) as site:
        found: dict[str, list[str]] = drive(
            "survey.mjs",
            site,
            seconds=500,
            password=PASSWORD,
            people={who: world.email(who) for who in {who for _, who, _ in pages.values()} - {"anonymous"}},
            pages=[
                {"name": name, "path": at.format_map(world.places), "as": who, "status": status}
                for name, (at, who, status) in pages.items()
            ],
        )
    return found


@pytest.mark.parametrize("page", looked_at())
def test_nothing_on_the_page_bars_anybody(page: str, findings: dict[str, Any]) -> None:
    assert findings[page] == []
