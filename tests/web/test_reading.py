"""Asking and reading in a browser."""

import contextlib
import html
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest
from msgspec.structs import replace
from sqlalchemy import update

from aitia.library.store.database import writing
from aitia.people.roles import Role
from aitia.review import editing, journal
from aitia.review.nouns import (
    Action,
    Begin,
    Decision,
    Declare,
    Edit,
    Expire,
    Person,
    Reopen,
    Sign,
    Submit,
    Withdraw,
)
from aitia.review.policy import BoardMember, PolicySection, read_policy
from aitia.review.tables import dossiers
from aitia.web.application import services_of
from aitia.web.call import Services
from aitia.web.pages import article, ask, board
from aitia.web.settings import Settings
from tests.documents.examples import DOCUMENTS
from tests.people.made import csrf_of, email_of, make_person, sign_in
from tests.web.conftest import serving
from tests.web.pages_read import faults

CAUSES = "What are the causes of ALS?"
SMOKING = "Does smoking cause ALS?"
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)> ALS',
    "'-alert(1)-' what causes ALS",
    "{{ 7 * 7 }} {% raw %} ALS",
    "</textarea></title><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "What causes ALS?\u202e\u0007\r\nSet-Cookie: a=b",
    "Ａ" * 999,
    "&lt;b&gt; &amp; ALS",
)


class House:
    """A running service with an author, two reviewers and an editor."""

    def __init__(self, services: Services, address: str) -> None:
        self.services, self.address = services, address
        self.people = {
            name: make_person(services.database, name, role, credentials=credentials)
            for name, role, credentials in (
                ("Ada Author", Role.AUTHOR, "PhD"),
                ("Rita Reviewer", Role.REVIEWER, "MD, neurologist"),
                ("Sam Second", Role.REVIEWER, "genetic counsellor"),
                ("Ed Editor", Role.EDITOR, ""),
                ("Rob Reader", Role.READER, ""),
            )
        }

    def open(self, question: str, audience: str = "clinician", length: str = "standard") -> int:
        made = self.services.shelf.open().ask(question, audience, length)
        return journal.open_dossier(self.services.database, self.people["Ada Author"].id, made).id

    def act(self, number: int, who: str, action: Action, **more: Any) -> None:
        database = self.services.database
        seen = journal.dossier(database, number).latest.number
        person: Person = self.people[who]
        journal.act(database, self.services.policy, person.id, number, action, seen=seen, **more)

    def approve(self, number: int) -> int:
        self.act(number, "Ada Author", Submit())
        self.act(number, "Rita Reviewer", Begin())
        self.act(number, "Rita Reviewer", Declare(False))
        self.act(number, "Sam Second", Declare(False, "Advises <b>a charity</b>."))
        self.act(number, "Rita Reviewer", Sign(Decision.APPROVE))
        self.act(number, "Sam Second", Sign(Decision.APPROVE))
        return number

    @contextlib.contextmanager
    def client(self, who: str = "") -> Iterator[httpx.Client]:
        with httpx.Client(base_url=self.address, timeout=30) as client:
            if who:
                sign_in(client, email_of(who))
            yield client


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AITIA_HOME", str(tmp_path_factory.mktemp("reading")))
        patch.delenv("AITIA_DATABASE_URL", raising=False)
        services = services_of(Settings(reads_a_minute=0))
        with serving(services) as address:
            yield House(services, address)
        services.database.dispose()


@pytest.fixture
def reader(house: House) -> Iterator[httpx.Client]:
    with house.client() as client:
        yield client


@pytest.fixture
def author(house: House) -> Iterator[httpx.Client]:
    with house.client("Ada Author") as client:
        yield client


@pytest.fixture(scope="module")
def documents(house: House) -> str:
    """The name of a library of documents."""
    assert house.address
    from click.testing import CliRunner

    from aitia.cli.main import aitia

    files = [str(DOCUMENTS / name) for name in ("migraine-guideline.pdf", "gout-pathway.docx")]
    done = CliRunner().invoke(aitia, ["library", "add", "--library", "papers", *files, "--jobs", "1"])
    assert done.exit_code == 0, done.output
    return "papers"


def asked(*questions: str, **options: str) -> str:
    """The address of an answer."""
    return "/ask?" + urlencode([*(("q", one) for one in questions), *options.items()])


def read(client: httpx.Client, address: str, status: int = 200) -> str:
    """A page that is as pages must be."""
    answer = client.get(address)
    assert answer.status_code == status, f"{address}: {answer.status_code} {answer.text[:500]}"
    assert faults(answer.text) == [], address
    return answer.text


def words(page: str) -> str:
    """What a person reads of a page, or of a piece of one."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def links(page: str, part: str) -> list[str]:
    """Where the links of an element of some class lead."""
    pieces = re.findall(rf'<(\w+) class="{part}[^>]*>(.*?)</\1>', page, re.DOTALL)
    return [html.unescape(one) for _, piece in pieces for one in re.findall(r'href="([^"]+)"', piece)]


def cited(page: str) -> list[tuple[str, int]]:
    """Each citation: where it leads, and its number."""
    found = re.findall(r'<a href="([^"]+)" data-n="(\d+)">(\d+)</a>', page)
    assert all(number == shown for _, number, shown in found)
    return [(html.unescape(address), int(number)) for address, number, _ in found]


# Asking


def test_the_box_stands_on_the_first_page_with_questions_that_are_answered(
    house: House, reader: httpx.Client
) -> None:
    page = read(reader, "/")
    assert page.count('type="radio"') == 3
    assert "Which best describes you?" in page
    examples = [html.unescape(one) for one in re.findall(r'<li><a href="(/ask[^"]+)"', page)]
    assert len(examples) > 20
    library = house.services.shelf.open()
    for address in examples:
        given = dict(parse_qsl(urlsplit(address).query))
        assert library.ask(given["q"], given["for"]).answered


@pytest.mark.parametrize("audience", ["patient", "clinician", "researcher"])
def test_an_answer_has_all_its_parts(house: House, reader: httpx.Client, audience: str) -> None:
    made = house.services.shelf.open().ask("How long do people live with ALS?", audience)
    page = read(reader, asked(made.question, **{"for": audience}))
    text = words(page)
    assert f'<h1 id="title">{made.title}</h1>' in page
    assert "Not submitted for review yet." in text
    assert words(html.escape(made.caution)) in text
    assert made.disclaimer in text
    assert made.content_hash in text
    assert all(part.heading in text for part in made.sections)
    assert all(statement.text in text for part in made.sections for statement in part.statements)
    assert all(one.explanation in text for one in made.disagreements)
    assert all(gap in text for gap in made.gaps)
    assert all(reference.title.rstrip(".") in text for reference in made.references)
    assert all(question in text for question in made.follow_ups)
    assert ("Reading level" in text) is (audience == "patient")
    assert "data-print" in page
    assert '/static/print.css" media="print"' in page


def test_every_number_leads_to_a_page_of_the_source_that_it_names(house: House, reader: httpx.Client) -> None:
    made = house.services.shelf.open().ask(CAUSES, "researcher")
    found = cited(read(reader, asked(CAUSES, **{"for": "researcher"})))
    assert {number for _, number in found} == {reference.number for reference in made.references}
    titles = {reference.number: reference.title for reference in made.references}
    assert sum("/statements/" in address for address, _ in found) > 0.9 * len(found)
    for address, number in dict(found).items():
        assert titles[number].rstrip(".") in words(read(reader, address)), address


def test_a_number_of_a_document_leads_to_its_words_marked(
    documents: str, house: House, reader: httpx.Client
) -> None:
    made = house.services.shelf.open(documents).ask("How is migraine treated?", "clinician")
    assert made.answered
    page = read(reader, asked("How is migraine treated?", library=documents, **{"for": "clinician"}))
    found = cited(page)
    assert found
    assert all("/passages/" in address and "?mark=" in address for address, _ in found)
    first = made.sections[0].statements[0]
    address = next(
        one for one, _ in found if urlencode({"mark": first.statement_ids[0]}).split("=")[1] in one
    )
    marked = " ".join(re.findall(r"<mark[^>]*>(.*?)</mark>", read(reader, address), re.DOTALL))
    assert first.text in words(marked)


def test_a_retracted_source_is_called_so(house: House) -> None:
    from aitia.evidence.nouns import Standing
    from aitia.web.reading import drawn, safe_link

    library = house.services.shelf.open()
    made = library.ask(SMOKING)
    first = replace(made.references[0], standing=Standing.RETRACTED, url="javascript:alert(1)")
    changed = replace(made, references=(first, *made.references[1:]), content_hash="")
    rest = drawn(house.services.templates, changed, library).rest
    assert re.search(
        r'<li id="ref-1" value="1" class="is-bad">\s*<strong class="standing">Retracted</strong>', rest
    )
    assert "javascript:" not in rest
    assert safe_link("https://doi.org/10.1/a(b)")
    assert not safe_link('https://a/"><script>')


def test_other_readers_and_lengths_of_the_same_answer_are_a_link_away(reader: httpx.Client) -> None:
    page = read(reader, asked(CAUSES, "and in women?", length="short"))
    found = links(page, "switch")
    assert len(found) == 6
    for address in found:
        given = parse_qsl(urlsplit(address).query)
        assert [value for name, value in given if name == "q"] == [CAUSES, "and in women?"]
        read(reader, address)
    assert {dict(parse_qsl(urlsplit(one).query))["for"] for one in found} == {
        "patient",
        "clinician",
        "researcher",
    }


def test_a_follow_up_keeps_condition_reader_and_library(reader: httpx.Client) -> None:
    page = read(reader, asked(SMOKING, "what about lead?", library="als-starter", **{"for": "researcher"}))
    title = words(re.findall(r"<h1.*?</h1>", page)[0])
    assert "lead" in title
    assert "ALS" in title
    assert "You asked “what about lead?”" in words(page)
    trail = links(page, "trail")
    assert [parse_qsl(urlsplit(one).query)[0] for one in trail] == [("q", SMOKING)]
    for address in links(page, "next-questions"):
        given = parse_qsl(urlsplit(address).query)
        assert given[:2] == [("q", SMOKING), ("q", "what about lead?")]
        assert dict(given)["for"] == "researcher"
        assert dict(given)["library"] == "als-starter"
        read(reader, address)
    form = re.findall(r'<form class="follow-up".*?</form>', page, re.DOTALL)[0]
    assert re.findall(r'name="q" value="([^"]+)"', form) == [SMOKING, "what about lead?"]


def test_what_was_asked_in_the_same_breath_is_a_link_away(reader: httpx.Client) -> None:
    typed = "how long has he got? will our kids get it?"
    page = read(reader, asked(SMOKING, typed))
    (other,) = links(page, "also-asked")
    assert [one for name, one in parse_qsl(urlsplit(other).query) if name == "q"] == [
        SMOKING,
        typed,
        "Will our kids get ALS?",
    ]
    assert "relatives" in words(read(reader, other))


def test_what_is_not_answered_is_said_with_what_is_near(reader: httpx.Client) -> None:
    page = read(reader, asked("How do I mend my car?"))
    assert "could not answer" in words(page)
    assert "tracker" not in page
    near = [address for address in links(page, "statements") if address.startswith("/library/")]
    assert near
    for address in near:
        read(reader, address)
    # The next question stands alone: this one gives it nothing to hold on to.
    assert all(
        len([value for name, value in parse_qsl(urlsplit(one).query) if name == "q"]) == 1
        for one in links(page, "next-questions")
    )


def test_an_emergency_comes_before_all_else(reader: httpx.Client) -> None:
    page = read(reader, asked("I have ALS and want to kill myself"))
    assert page.index('class="emergency"') < page.index("<h1")
    assert "Status" not in words(page)


def test_a_question_that_cannot_be_read_comes_back_in_the_box(reader: httpx.Client) -> None:
    page = read(reader, asked("x" * 1001, **{"for": "clinician"}), 400)
    assert "x" * 1001 + "</textarea>" in page
    assert 'value="clinician" checked' in page
    assert 'aria-describedby="trouble"' in page
    read(reader, asked(SMOKING, length="endless"), 400)
    read(reader, asked(SMOKING, library="nowhere"), 404)
    read(reader, asked(" "))


@pytest.mark.parametrize("question", HOSTILE)
def test_a_hostile_question_is_only_text(reader: httpx.Client, question: str) -> None:
    for address in (
        asked(question),
        asked(SMOKING, question),
        asked(question, "and in women?"),
        asked(question * 4),
        asked(SMOKING, version=question),
        "/articles?" + urlencode({"q": question}),
    ):
        answer = reader.get(address)
        assert answer.status_code in (200, 400)
        assert faults(answer.text) == []
        assert "set-cookie" not in answer.headers
        assert "<script>alert" not in answer.text
        assert "<img" not in answer.text
        assert "<svg/" not in answer.text


def test_a_link_names_the_library_version_and_the_reader_learns_when_it_changed(reader: httpx.Client) -> None:
    page = read(reader, asked(SMOKING))
    address = html.unescape(re.findall(r'id="permanent"[^>]*value="([^"]+)"', page)[0])
    assert dict(parse_qsl(urlsplit(address).query))["version"] == "2026.11.1"
    assert "has changed since this link" not in read(reader, address)
    assert "has changed since this link" in read(reader, address.replace("2026.11.1", "2025.1"))


# Articles that are kept


def test_an_author_keeps_an_answer_and_nobody_else_may(
    house: House, reader: httpx.Client, author: httpx.Client
) -> None:
    address = asked(SMOKING, "what about lead?", **{"for": "researcher"})
    assert 'action="/articles"' not in re.sub(r'action="/articles" method="get"', "", read(reader, address))
    page = read(author, address)
    form = re.findall(r'<form method="post" action="/articles".*?</form>', page, re.DOTALL)[0]
    fields = [
        (name, html.unescape(value)) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form)
    ]
    sent: dict[str, str | list[str]] = {name: [v for n, v in fields if n == name] for name, _ in fields}
    answer = author.post("/articles", data=sent)
    assert answer.status_code == 303
    number = int(answer.headers["location"].rpartition("/")[2])
    kept = journal.article_of(house.services.database, number, 1)
    assert "lead" in kept.question
    assert kept.audience == "researcher"
    # Asked again, it leads to the draft, not to a second one; another author may still keep theirs.
    again = read(author, address)
    assert f'href="/review/{number}"' in again
    assert 'method="post" action="/articles"' not in again
    assert f"/review/{number}" not in read(reader, address)
    with house.client("Rob Reader") as other:
        refused = other.post("/articles", data={**sent, "csrf": csrf_of(other, "/account")})
        assert refused.status_code == 403


def test_drafts_are_hidden_from_readers(house: House, reader: httpx.Client, author: httpx.Client) -> None:
    number = house.open("Can a head injury cause ALS?")
    never = read(reader, "/articles/999999", 404)
    with house.client("Rob Reader") as member:
        for client in (reader, member):
            for address in (f"/articles/{number}", f"/articles/{number}/versions/1"):
                page = read(client, address, 404)
                assert "head injury" not in page
        assert words(read(reader, f"/articles/{number}", 404)) == words(never).replace("999999", str(number))
    assert "A draft." in words(read(author, f"/articles/{number}"))
    assert f"/articles/{number}" not in read(reader, "/articles?state=all&q=head+injury")
    assert f"/articles/{number}" in read(author, "/articles?state=all&q=head+injury")
    house.act(number, "Ada Author", Submit())
    assert 'aria-label="Status: Submitted"' in read(reader, f"/articles/{number}")


def test_an_approved_article_answers_with_names_and_days(house: House, reader: httpx.Client) -> None:
    number = house.approve(house.open(SMOKING))
    for address in (f"/articles/{number}", asked("does smoking cause ALS", **{"for": "clinician"})):
        page = read(reader, address)
        text = words(page)
        assert 'aria-label="Status: Approved"' in page
        assert "Rita Reviewer, MD, neurologist" in text.replace(" ,", ",")
        assert "Sam Second" in text
        assert "Advises <b>a charity</b>." in text
        assert "No conflicts declared" in text
        assert "valid until" in text
        assert "awaits human review" not in text
        assert f'/articles/{number}/versions/1"' in page
        assert f'href="/articles/{number}/history"' in page
    assert SMOKING in words(read(reader, "/articles"))
    # For other readers it is still an answer that nobody approved.
    assert "Not submitted for review yet." in read(reader, asked(SMOKING, **{"for": "patient"}))


def test_an_approval_ends_with_its_day_even_if_nobody_recorded_that(
    house: House, reader: httpx.Client
) -> None:
    question = "How many people get ALS each year?"
    number = house.approve(house.open(question, "researcher"))
    assert 'Status: Approved"' in read(reader, asked(question, **{"for": "researcher"}))
    ended = house.approve(house.open("How is ALS diagnosed?", "researcher"))
    journal.act_as_system(house.services.database, house.services.policy, ended, Expire("2026-01-01"))
    page = read(reader, f"/articles/{ended}")
    assert 'Status: Expired"' in page
    assert "The approval of this article has run out." in page
    assert "has run out" in read(reader, asked("How is ALS diagnosed?", **{"for": "researcher"}))
    with writing(house.services.database) as connection:
        connection.execute(update(dossiers).where(dossiers.c.id == number).values(due="2026-01-01"))
    assert 'data-state="expired"' in read(reader, "/articles?q=each+year")


def test_an_answer_under_review_says_how_far_it_is(house: House, reader: httpx.Client) -> None:
    question = "At what age does ALS start?"
    number = house.open(question)
    address = asked(question, **{"for": "clinician"})
    assert "Not submitted for review yet." in read(reader, address)
    house.act(number, "Ada Author", Submit())
    assert 'Status: Submitted"' in read(reader, address)
    house.act(number, "Rita Reviewer", Begin())
    page = read(reader, address)
    assert 'Status: Under review"' in page
    assert f'/articles/{number}/versions/1"' in page
    assert "awaits human review" in words(page)
    old = journal.article_of(house.services.database, number, 1)
    house.act(
        number,
        "Ada Author",
        Edit("Clearer"),
        article=editing.edited(old, {"lead": "ALS starts late in life."}),
    )
    page = read(reader, address)
    assert "People are reviewing an article on this question." in page
    assert old.lead.text in words(page)


def test_a_newer_version_takes_the_place_of_the_old_one_which_stays(
    house: House, reader: httpx.Client
) -> None:
    number = house.approve(house.open("Is there a blood test for ALS?"))
    old = journal.article_of(house.services.database, number, 1)
    new = editing.edited(old, {"lead": "There is no single blood test for ALS."})
    house.act(number, "Ada Author", Edit("Shorter"), article=new)
    page = read(reader, f"/articles/{number}")
    assert old.lead.text in words(page)
    assert "This version no longer stands." in page
    assert 'Status: Superseded"' in page
    assert "Was approved by" in page
    assert read(reader, f"/articles/{number}/versions/2", 404)
    house.act(number, "Ada Author", Submit())
    assert "There is no single blood test" in read(reader, f"/articles/{number}")
    page = read(reader, f"/articles/{number}/versions/1")
    assert f'<a href="/articles/{number}">Read the newest version</a>' in page
    assert journal.article_of(house.services.database, number, 1).content_hash in page


def test_what_was_withdrawn_or_opened_again_says_why(house: House, reader: httpx.Client) -> None:
    gone = house.approve(house.open("What medicines are there for ALS?"))
    house.act(gone, "Ed Editor", Withdraw("A <i>dose</i> was wrong."))
    for address in (f"/articles/{gone}", f"/articles/{gone}/versions/1"):
        page = read(reader, address)
        assert "This article was withdrawn." in page
        assert "A <i>dose</i> was wrong." in words(page)
    assert "An article on this question was withdrawn." in read(
        reader, asked("What medicines are there for ALS?", **{"for": "clinician"})
    )
    back = house.approve(house.open("What are the diagnostic criteria for ALS?"))
    house.act(back, "Ed Editor", Reopen(("A newer guideline is out.",)))
    page = read(reader, f"/articles/{back}")
    assert "re-opened" in page
    assert "A newer guideline is out." in page
    assert 'Status: Submitted"' in page
    # It was reviewed, so it is not said that nobody has.
    assert "Was approved by" in page
    assert "The approval of this article has ended" in page
    assert "awaits human review" not in page


def test_an_approved_article_tells_that_its_library_has_changed_before_anybody_has_looked(
    house: House, reader: httpx.Client
) -> None:
    question = "Which illnesses can be mistaken for ALS?"
    today = house.services.shelf.open().ask(question)
    # As the library answered when it did not hold one of the statements yet.
    before = editing.edited(today, {"1.1": None})
    number = journal.open_dossier(house.services.database, house.people["Ada Author"].id, before).id
    house.approve(number)
    for address in (f"/articles/{number}", f"/articles/{number}/versions/1"):
        page = read(reader, address)
        assert 'Status: Approved"' in page
        assert "The library has changed since this article was approved." in words(page)
        assert "was added" in words(page)
        assert "See what the library answers today" in page
    same = house.approve(house.open(question, "patient"))
    assert "has changed" not in words(read(reader, f"/articles/{same}"))


def test_the_policy_and_the_board_are_shown(house: House) -> None:
    policy = replace(
        read_policy(None),
        board=(
            BoardMember("Dr <Vera>", "MD", "Ward 3", "Chair", "Holds shares in <Nothing>."),
            BoardMember("Sam"),
        ),
        sections=(PolicySection("Sources & grades", "One.\n\nTwo <b>."),),
        contact="board@clinic.example",
        caution={"patient": "Ours & not yet read."},
        disclaimer={"patient": "Our disclaimer."},
    )
    services = replace_services(house.services, policy)
    with serving(services) as address, httpx.Client(base_url=address) as client:
        text = words(read(client, "/policy"))
        assert "Sources & grades" in text
        assert "Two <b>." in text
        assert "board@clinic.example" in text
        text = words(read(client, "/board"))
        assert "Dr <Vera>" in text
        assert "Holds shares in <Nothing>." in text
        assert "None declared." in text
        text = words(read(client, asked("Can children get ALS?")))
        assert "Ours & not yet read." in text
        assert "Our disclaimer." in text
    with house.client() as client:
        assert "has not named a board" in read(client, "/board")
        read(client, "/policy")


def replace_services(services: Services, policy: Any) -> Services:
    from dataclasses import replace as changed

    return changed(services, policy=policy)


def test_reading_is_open_or_closed_by_the_setting(house: House) -> None:
    from dataclasses import replace as changed

    closed = changed(house.services, settings=Settings(anonymous_reading=False))
    with serving(closed) as address, httpx.Client(base_url=address) as client:
        for route in (*ask.ROUTES, *article.ROUTES, *board.ROUTES):
            path = route.path.replace("{number:int}", "1").replace("{version:int}", "1")
            answer = client.request(route.method, path)
            assert answer.status_code in (303, 403), path
            assert answer.headers.get("location", "/sign-in").startswith("/sign-in")
