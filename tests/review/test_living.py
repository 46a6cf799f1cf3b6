"""A library changes under an approved article: the article is found, with the reason, and opened again."""

import hashlib
import json
import shutil
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine, update

from aitia import Library
from aitia.__main__ import run
from aitia.documents import DocumentLibrary
from aitia.errors import LibraryError
from aitia.evidence.article import Article, sealed, text_of
from aitia.evidence.nouns import Kind, Source, Standing
from aitia.library.locate import libraries_folder
from aitia.library.store import libraries
from aitia.library.store.database import writing
from aitia.review import journal, listing, verifying
from aitia.review.editing import edited, places
from aitia.review.errors import ReviewError
from aitia.review.living import Due, changed_under, due, reopen_due, standing_answer
from aitia.review.nouns import Begin, Dossier, Edit, Expire, Reopen, State, Withdraw
from aitia.review.reasons import reasons
from aitia.review.tables import dossiers, versions
from tests.conftest import GLIMMER
from tests.documents.test_answers import FOLDER
from tests.documents.test_answers import run as aitia
from tests.review.made import ANN, BEN, CAT, DAN, POLICY, approving, do, enter

TODAY = datetime.now(UTC).date()
SMOKING = "Does smoking cause glimmer fever?"
SHARE = "Does glimmer fever run in families?"
Change = Callable[..., None]


@pytest.fixture
def people(database: Engine) -> Engine:
    enter(database, ANN, BEN, CAT, DAN)
    return database


@pytest.fixture
def glimmer_folder(address: str) -> Path:
    """A library among the named ones, that a test may change."""
    del address
    folder = libraries_folder() / "glimmer"
    shutil.copytree(GLIMMER, folder)
    return folder


@pytest.fixture
def change(glimmer_folder: Path) -> Change:
    """Replaces texts in the library's sources, once each."""

    def changed(*pairs: tuple[str, str], file: str = "sources/all.yaml") -> None:
        path = glimmer_folder / file
        text = path.read_text(encoding="utf-8")
        for old, new in pairs:
            assert old in text, old
            text = text.replace(old, new, 1)
        path.write_text(text, encoding="utf-8")

    return changed


def approve(database: Engine, article: Article) -> Dossier:
    """The article, kept, reviewed by two and approved."""
    number = journal.open_dossier(database, ANN.id, article).id
    return do(database, number, *approving(BEN, CAT))


def opened() -> Callable[[str], Library | DocumentLibrary]:
    """Opens the libraries of the test as they are now."""
    return lambda name: Library.open(name) if name != "examples" else DocumentLibrary.open(name)


def found(database: Engine, today: date = TODAY) -> list[Due]:
    return list(due(database, opened(), today))


RETRACT = ("  kind: cohort\n  statements:", "  kind: cohort\n  standing: retracted\n  statements:")


def test_nothing_is_due_while_the_library_is_the_same(people: Engine, glimmer_folder: Path) -> None:
    library = Library.open(glimmer_folder)
    for question in (SMOKING, SHARE):
        for audience in ("patient", "clinician"):
            assert approve(people, library.ask(question, audience)).state is State.APPROVED
    assert found(people) == []
    assert reopen_due(people, opened(), POLICY, TODAY) == []


def test_a_retraction_opens_the_articles_that_cite_the_source_and_no_others(
    people: Engine, glimmer_folder: Path, change: Change
) -> None:
    library = Library.open(glimmer_folder)
    smoking, share = (approve(people, library.ask(question)) for question in (SMOKING, SHARE))
    incidence = approve(people, library.ask("How many people get glimmer fever each year?"))
    change(RETRACT)
    one, other = found(people)
    assert (one.summary.id, other.summary.id) == (smoking.id, share.id)
    assert one.reasons[0] == (
        "Source faro-2023 was retracted: “A made-up cohort on tobacco and glimmer fever”, 2023."
    )
    assert any(reason.startswith("A statement was removed: “Smokers had more") for reason in one.reasons)
    assert one.fresh is not None
    assert "faro-2023" not in {reference.id for reference in one.fresh.references}
    assert any(difference.old.startswith("Smokers had more") for difference in one.differences)
    after = reopen_due(people, opened(), POLICY, TODAY)
    assert [(dossier.id, dossier.state) for dossier in after] == [
        (smoking.id, State.SUBMITTED),
        (share.id, State.SUBMITTED),
    ]
    assert after[0].reasons == one.reasons
    last = after[0].events[-1]
    assert isinstance(last.action, Reopen)
    assert (last.person.id, last.action.library_version) == (0, "1")
    assert journal.dossier(people, incidence.id).state is State.APPROVED
    assert found(people) == []
    assert reopen_due(people, opened(), POLICY, TODAY) == []
    assert verifying.verify(people).fault is None


COHORT = "“A made-up cohort on tobacco and glimmer fever”, 2023"
CASES = "“A made-up case-control study of tobacco and glimmer fever”, 2024"
RISK = "value: 1.6, low: 1.2, high: 2.1, interval: 95% CI, unit: '1'}\n    certainty: low"
MORE = "Smokers had more glimmer fever than others in a cohort"
AGAIN = "In a cohort, smokers had more glimmer fever than others"


@pytest.mark.parametrize(
    ("pairs", "question", "reason"),
    [
        (
            [("risk 1.6, 95%", "risk 1.7, 95%"), ("value: 1.6", "value: 1.7")],
            SMOKING,
            f"A figure changed in {COHORT}: relative risk: smoking, ever v never, "
            "1.6 (95% CI 1.2 to 2.1) → 1.7 (95% CI 1.2 to 2.1).",
        ),
        (
            [("value: 8, low", "value: 9, low"), ("8% of people with", "9% of people with")],
            SHARE,
            "A figure changed in “A made-up register of glimmer fever”, 2022: “8%” has become “9%”.",
        ),
        (
            [(RISK, RISK.replace("low", "very-low").replace("very-low:", "low:"))],
            SMOKING,
            f"A certainty changed from low to very low in {COHORT}.",
        ),
        (
            [("kind: case-control\n", "kind: case-control\n  standing: expression-of-concern\n")],
            SMOKING,
            f"Source phare-2024 is under an expression of concern: {CASES}.",
        ),
        (
            [("kind: case-control\n", "kind: case-control\n  standing: corrected\n")],
            SMOKING,
            f"Source phare-2024 was corrected: {CASES}.",
        ),
        (
            [("  standing: retracted\n", "")],
            SMOKING,
            "A new meta-analysis is cited: “A made-up paper that was retracted”, 2019.",
        ),
        (
            [("doi: 10.9999/phare.2024", "doi: 10.9999/phare.2025")],
            SMOKING,
            "The record of source phare-2024 changed: “A made-up case-control study of tobacco and glimmer fever "
            "(case-control study, 2024) doi:10.9999/phare.2024” → “A made-up case-control study of tobacco and glimmer "
            "fever (case-control study, 2024) doi:10.9999/phare.2025”.",
        ),
        (
            [(MORE, AGAIN)],
            SMOKING,
            f"A statement was changed: “{MORE} (relative risk 1.6, 95% CI 1.2 to 2.1).” → "
            f"“{AGAIN} (relative risk 1.6, 95% CI 1.2 to 2.1).”",
        ),
    ],
)
def test_each_change_of_the_library_is_told(
    people: Engine,
    glimmer_folder: Path,
    change: Change,
    pairs: list[tuple[str, str]],
    question: str,
    reason: str,
) -> None:
    approve(people, Library.open(glimmer_folder).ask(question))
    change(*pairs)
    (one,) = found(people)
    assert reason in one.reasons
    assert len(reopen_due(people, opened(), POLICY, TODAY)) == 1
    assert found(people) == []


def test_a_source_that_the_library_has_no_more_is_told(people: Engine, glimmer_folder: Path) -> None:
    approve(people, Library.open(glimmer_folder).ask(SMOKING))
    path = glimmer_folder / "sources" / "all.yaml"
    text = path.read_text(encoding="utf-8")
    start, end = text.index("- id: phare-2024"), text.index("- id: bogus-2019")
    path.write_text(text[:start] + text[end:], encoding="utf-8")
    (one,) = found(people)
    assert one.reasons[0].startswith("Source phare-2024 is no longer in the library: “A made-up case-control")


def test_another_version_with_the_same_words_is_no_reason(
    people: Engine, glimmer_folder: Path, change: Change
) -> None:
    approve(people, Library.open(glimmer_folder).ask(SMOKING))
    change(('version: "1"', 'version: "2"'), ("2026-01-31", "2027-01-31"), file="library.yaml")
    assert found(people) == []
    library = Library.open(glimmer_folder)
    answer = standing_answer(people, library, SMOKING, "clinician", "standard")
    assert answer is not None
    assert answer[1].library.version == "1"


def test_a_day_that_has_passed_ends_the_approval_and_opens_the_article(
    people: Engine, glimmer_folder: Path
) -> None:
    article = Library.open(glimmer_folder).ask(SMOKING)
    number = approve(people, article).id
    end = date.fromisoformat(journal.dossier(people, number).latest.expires or "")
    assert found(people, end - timedelta(days=1)) == []
    (one,) = found(people, end)
    assert one.reasons == (f"Its review date {end} has passed.",)
    (after,) = reopen_due(people, opened(), POLICY, end)
    assert after.state is State.SUBMITTED
    assert [type(event.action) for event in after.events[-2:]] == [Expire, Reopen]
    assert reopen_due(people, opened(), POLICY, end) == []


def test_a_sweep_that_was_cut_off_after_the_expiry_is_taken_up(people: Engine, glimmer_folder: Path) -> None:
    number = approve(people, Library.open(glimmer_folder).ask(SMOKING)).id
    journal.act_as_system(people, POLICY, number, Expire("2026-12-31"))
    (after,) = reopen_due(people, opened(), POLICY, TODAY)
    assert after.reasons == ("Its review date 2026-12-31 has passed.",)
    assert sum(isinstance(event.action, Expire) for event in after.events) == 1


def test_what_people_changed_is_no_difference_and_what_they_took_out_does_not_matter(
    people: Engine, glimmer_folder: Path, change: Change
) -> None:
    article = Library.open(glimmer_folder).ask(SMOKING)
    cohort = next(placed.place for placed in places(article)[1:] if placed.source_ids == ("faro-2023",))
    other = next(placed.place for placed in places(article)[1:] if placed.place != cohort)
    number = journal.open_dossier(people, ANN.id, article).id
    words = edited(article, {other: "Words that people chose.", cohort: None, "lead": "Nobody knows."})
    journal.act(people, POLICY, ANN.id, number, Edit("Plainer"), seen=1, article=words)
    do(people, number, *approving(BEN, CAT), seen=2)
    assert found(people) == []
    change(("relative risk 1.6, 95% CI 1.2", "relative risk 1.7, 95% CI 1.2"), ("value: 1.6", "value: 1.7"))
    assert found(people) == []
    change(("odds ratio 1.4", "odds ratio 1.5"), ("value: 1.4", "value: 1.5"))
    (one,) = found(people)
    assert f"A figure changed in {CASES}: “1.4” has become “1.5”." in one.reasons


def test_a_library_that_is_gone_and_one_that_is_damaged(people: Engine, glimmer_folder: Path) -> None:
    approve(people, Library.open(glimmer_folder).ask(SMOKING))
    (glimmer_folder / "topics.yaml").write_text("- id: [", encoding="utf-8")
    (one,) = found(people)
    assert "cannot be read now, and nothing was compared" in one.reasons[0]
    assert reopen_due(people, opened(), POLICY, TODAY) == []
    shutil.rmtree(glimmer_folder)
    (one,) = found(people)
    assert one.reasons == ("The library glimmer is no longer there.",)
    assert len(reopen_due(people, opened(), POLICY, TODAY)) == 1
    assert found(people) == []


def test_an_article_that_somebody_else_dealt_with_is_left_alone(
    people: Engine, glimmer_folder: Path, change: Change
) -> None:
    number = approve(people, Library.open(glimmer_folder).ask(SMOKING)).id
    change(RETRACT)

    def in_between(name: str) -> Library:
        journal.act(people, POLICY, DAN.id, number, Withdraw("Wrong."), seen=1)
        return Library.open(name)

    assert reopen_due(people, in_between, POLICY, TODAY) == []
    assert journal.dossier(people, number).state is State.WITHDRAWN


def test_two_sweeps_at_once_open_an_article_once(
    people: Engine, glimmer_folder: Path, change: Change
) -> None:
    number = approve(people, Library.open(glimmer_folder).ask(SMOKING)).id
    change(RETRACT)

    def in_between(name: str) -> Library:
        assert len(reopen_due(people, opened(), POLICY, TODAY)) == 1
        # It is under review again, where the system might end signatures too.
        do(people, number, (BEN, Begin()))
        return Library.open(name)

    assert reopen_due(people, in_between, POLICY, TODAY) == []
    after = journal.dossier(people, number)
    assert after.state is State.UNDER_REVIEW
    assert sum(isinstance(event.action, Reopen) for event in after.events) == 1


def test_a_document_that_is_retracted_opens_the_articles_that_quote_it(
    people: Engine, tmp_path: Path
) -> None:
    files = [str(path) for path in FOLDER.iterdir() if path.suffix in (".xml", ".pdf", ".docx", ".html")]
    assert aitia("library", "add", "--library", "examples", *files, "--jobs", "1")[0] == 0
    library = DocumentLibrary.open("examples")
    question = "What is the treatment of coeliac disease?"
    coeliac = approve(people, library.ask(question))
    migraine = approve(people, library.ask("What triggers migraine?", "patient"))
    assert found(people) == []
    record = (FOLDER / "coeliac.pubmed.xml").read_text(encoding="utf-8")
    retracted = tmp_path / "coeliac.pubmed.xml"
    retracted.write_text(
        record.replace(
            "</PublicationTypeList></Article>\n<MeshHeadingList>",
            '<PublicationType UI="D016441">Retracted Publication</PublicationType></PublicationTypeList></Article>'
            '<CommentsCorrectionsList><CommentsCorrections RefType="RetractionIn"><RefSource>J Made Up</RefSource>'
            '<PMID Version="1">90000199</PMID></CommentsCorrections></CommentsCorrectionsList>\n<MeshHeadingList>',
            1,
        ),
        encoding="utf-8",
    )
    assert aitia("library", "add", "--library", "examples", str(retracted), "--jobs", "1")[0] == 0
    (one,) = found(people)
    assert one.summary.id == coeliac.id
    assert one.reasons[0] == (
        "Source pmid-90000101 was retracted: “Gluten-free diet and bone density in coeliac disease: "
        "a population-based cohort study”, 2022."
    )
    (after,) = reopen_due(people, opened(), POLICY, TODAY)
    assert (after.id, after.state) == (coeliac.id, State.SUBMITTED)
    assert found(people) == []
    assert journal.dossier(people, migraine.id).state is State.APPROVED


def test_a_figure_that_changes_in_a_document_is_told(people: Engine, tmp_path: Path) -> None:
    page = tmp_path / "lumina.html"
    words = (
        "<html><head><title>Lumina</title></head><body><h1>Treatment of lumina</h1><p>Treatment of lumina with light "
        "cured {} of 50 patients with lumina. Lumina is treated in hospital by nurses for weeks.</p></body></html>"
    )
    page.write_text(words.format(31), encoding="utf-8")
    assert aitia("library", "add", "--library", "examples", str(page), "--jobs", "1")[0] == 0
    approve(people, DocumentLibrary.open("examples").ask("How is lumina treated?"))
    page.write_text(words.format(13), encoding="utf-8")
    assert aitia("library", "add", "--library", "examples", str(page), "--jobs", "1")[0] == 0
    (one,) = found(people)
    assert any("“31” has become “13”" in reason or "cured 13 of 50" in reason for reason in one.reasons), one


def test_the_same_library_under_another_aitia_is_no_reason_but_a_changed_figure_is(starter: Library) -> None:
    base = starter.ask("How heritable is ALS?")
    reworded = edited(base, {"1.1": "Other words.", "1.2": None, "lead": "Other words."})
    assert reasons(base, reworded) != ()
    assert reasons(base, sealed(replace(reworded, version="99.0"), 0.0)) == ()
    retracted = replace(base.references[0], standing=Standing.RETRACTED)
    newer = replace(base, version="99.0", references=(retracted, *base.references[1:]))
    assert reasons(base, newer)[0].startswith("Source natrevneurol-2023-exposome was retracted")


def test_a_source_that_is_cited_no_more_is_looked_up(starter: Library) -> None:
    base = starter.ask("How heritable is ALS?")
    fresh = edited(
        base,
        dict.fromkeys(
            placed.place
            for placed in places(base)
            if placed.source_ids == ("alchalabi-2010-twin-heritability",)
        ),
    )
    (gone,) = {one.id for one in base.references} - {one.id for one in fresh.references}
    assert not any(gone in reason for reason in reasons(base, fresh))
    assert not any(gone in reason for reason in reasons(base, fresh, starter.source))
    assert f"Source {gone} is no longer in the library" in reasons(base, fresh, lambda _: None)[0]
    superseded = Source(gone, "Old", Kind.GWAS, standing=Standing.SUPERSEDED)
    assert f"Source {gone} was superseded" in reasons(base, fresh, lambda _: superseded)[0]


def test_the_approved_article_answers_until_its_library_changes(
    people: Engine, glimmer_folder: Path, change: Change
) -> None:
    library = Library.open(glimmer_folder)
    assert standing_answer(people, library, SMOKING, "clinician", "standard") is None
    dossier = approve(people, library.ask(SMOKING))
    held = standing_answer(people, library, " does SMOKING cause glimmer fever ", "clinician", "standard")
    assert held is not None
    assert held[0].id == dossier.id
    assert standing_answer(people, library, SMOKING, "patient", "standard") is None
    assert standing_answer(people, library, SHARE, "clinician", "standard") is None
    change(RETRACT)
    again = Library.open(glimmer_folder)
    assert standing_answer(people, again, SMOKING, "clinician", "standard") is None
    assert standing_answer(people, library, SMOKING, "clinician", "standard") == held
    reopen_due(people, opened(), POLICY, TODAY)
    assert standing_answer(people, library, SMOKING, "clinician", "standard") is None


def test_a_standing_answer_is_given_in_less_than_a_millisecond(people: Engine, starter: Library) -> None:
    approve(people, starter.ask("How heritable is ALS?"))
    times = []
    for _ in range(200):
        started = time.perf_counter()
        assert standing_answer(people, starter, "How heritable is ALS?", "clinician", "standard") is not None
        times.append(time.perf_counter() - started)
    typical = sorted(times)[100]
    print(f"standing answer: {1000 * typical:.2f} ms")
    assert typical < (0.001 if people.dialect.name == "sqlite" else 0.003)


def test_one_article_is_compared_by_itself(people: Engine, starter: Library) -> None:
    approve(people, starter.ask("How heritable is ALS?"))
    (summary,) = listing.listed(people)
    assert changed_under(people, summary, starter) is None


def test_a_library_that_cannot_be_opened_is_asked_for_once(people: Engine, glimmer: Library) -> None:
    for question in (SMOKING, SHARE):
        approve(people, glimmer.ask(question))
    libraries.create(people, "glimmer")
    asked = []

    def broken(name: str) -> Library:
        asked.append(name)
        raise LibraryError("something is wrong.")

    assert [one.may_reopen for one in due(people, broken, TODAY)] == [False, False]
    assert asked == ["glimmer"]


def test_the_command_tells_what_is_due_and_opens_it(
    people: Engine, glimmer_folder: Path, change: Change, capsys: pytest.CaptureFixture[str]
) -> None:
    def command(*arguments: str) -> tuple[int, str, str]:
        code = run(["review", "due", *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    approve(people, Library.open(glimmer_folder).ask(SMOKING))
    assert command() == (0, "No article is due.\n", "")
    change(RETRACT)
    code, out, _ = command()
    assert code == 3
    assert f"Article 1, version 1: {SMOKING}" in out
    assert "- Source faro-2023 was retracted" in out
    assert "- Smokers had more glimmer fever" in out
    assert "1 due. aitia review due --reopen" in out
    assert command("--library", "als-starter") == (0, "No article is due.\n", "")
    code, out, _ = command("--format", "json")
    (one,) = json.loads(out)
    assert code == 3
    assert one["reasons"][0].startswith("Source faro-2023 was retracted")
    assert one["fresh"]["question"] == SMOKING
    code, _, err = command("--reopen")
    assert (code, err) == (3, "aitia: 1 of 1 articles re-opened\n")
    assert command("--reopen") == (0, "No article is due.\n", "")


def test_the_command_finds_a_library_under_another_name_than_its_folders(
    people: Engine, glimmer_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    approve(people, Library.open(glimmer_folder).ask(SMOKING))
    glimmer_folder.rename(glimmer_folder.with_name("fever"))
    assert run(["review", "due"]) == 0
    assert capsys.readouterr().out == "No article is due.\n"


@pytest.mark.parametrize("what", ["state", "question", "words", "text"])
def test_nothing_stands_as_approved_that_the_events_do_not_say(
    people: Engine, starter: Library, what: str
) -> None:
    asked, other = "How common is ALS?", "Is ALS inherited?"
    made = journal.open_dossier(people, ANN.id, starter.ask(asked, "patient"))
    if what != "state":
        do(people, made.id, *approving(BEN, CAT))
    told = replace(journal.article_of(people, made.id, 1), title="Not what was approved")
    text = text_of(told).decode()
    row: dict[str, str] = {}
    kept: dict[str, str] = {}
    match what:
        case "state":
            row = {"state": "approved", "due": "2999-01-01"}
        case "question":
            row = {"question_key": listing.question_key(other)}
        case "words":
            kept = {"article": text, "content_hash": hashlib.sha256(text.encode()).hexdigest()}
        case "text":
            kept = {"article": text}
    with writing(people) as connection:
        if row:
            connection.execute(update(dossiers).values(row))
        if kept:
            connection.execute(update(versions).values(kept))
    if what == "text":
        with pytest.raises(ReviewError, match="not as it was recorded"):
            standing_answer(people, starter, asked, "patient", "standard")
        with pytest.raises(ReviewError, match="not as it was recorded"):
            journal.article_of(people, made.id, 1)
    else:
        for question in (asked, other):
            assert standing_answer(people, starter, question, "patient", "standard") is None
