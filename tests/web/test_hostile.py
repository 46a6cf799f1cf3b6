"""Hostile words in every field and every address, sent by everybody who may be there: they stay words."""

from collections.abc import Iterator

import httpx
import lxml.html
import pytest
from sqlalchemy import select

from aitia.library.store.database import reading
from aitia.review.tables import events as events_table
from aitia.review.verifying import verify
from tests.library.store.opened import state_folder
from tests.web.conftest import serving
from tests.web.crawl import TEXTS, Crawl, injected
from tests.web.expected import EXPECTED
from tests.web.world import World, made

WRITERS = ("administrator", "editor", "reviewer", "author")
READERS = ("reader", "anonymous")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with state_folder(tmp_path_factory.mktemp("hostile")):
        yield made()


@pytest.fixture(scope="module")
def site(world: World) -> Iterator[str]:
    with serving(world.services) as address:
        yield address


def test_a_hostile_text_stays_a_text(world: World, site: str) -> None:
    turned: set[str] = set()
    faults, taken = [], 0
    # Those who only read come last, so that they see what the others have left.
    for who in (*WRITERS, *READERS):
        with httpx.Client(base_url=site, timeout=60) as client:
            if who != "anonymous":
                world.enter(client, who)
            crawl = Crawl(client, turned)
            crawl.walk(
                *(
                    page.at.format_map(world.places)
                    for name, page in EXPECTED.items()
                    if name.startswith("GET ") and who in page.allowed and page.is_page
                )
            )
            faults += [f"{fault}, as {who}" for fault in crawl.faults]
            taken += crawl.taken
            assert len(crawl.visited) >= 20
            if who != "anonymous":
                # The one who crawled is still who they were: what came after was not all refused.
                assert client.get("/account").status_code == 200
    assert sorted(set(faults)) == []
    told = verify(world.database)
    assert told.fault is None
    # The texts were not all turned away: the board's pages are full of them.
    assert taken > 100
    with reading(world.database) as connection:
        written = "".join(connection.execute(select(events_table.c.event)).scalars())
    for words in ("<script data-hostile>", "DROP TABLE events", "{{ 7 * 7191 }}", "\u202e"):
        assert words in written or words.encode("unicode_escape").decode() in written, words


def test_the_crawler_sees_what_gets_through() -> None:
    page = lxml.html.document_fromstring(f"<p>{TEXTS['tags']}</p><a href='javascript:x'>x</a>")
    assert len(injected(page)) >= 5
    page = lxml.html.document_fromstring(f'<input value="{TEXTS["attribute"]}">')
    assert len(injected(page)) >= 2
    page = lxml.html.document_fromstring(f"<textarea>{TEXTS['closing']}</textarea>")
    assert injected(page)
    page = lxml.html.document_fromstring("<script src='/static/aitia.js'></script><p>a</p>")
    assert injected(page) == []
