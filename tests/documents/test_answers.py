"""From files of every kind to a cited article, and from a citation back to the very words; on both databases."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from aitia.checks.documents import problems
from aitia.cli.main import aitia
from aitia.documents import DocumentLibrary
from aitia.evidence.article import AUDIENCES
from aitia.library.store.database import reading
from tests.documents import make
from tests.library.store.conftest import address, database, postgresql

__all__ = ["address", "database", "postgresql"]

FOLDER = Path(__file__).parent
QUESTIONS = {
    # question: the file that answers it, and words that the answer must hold
    "How is migraine treated?": (
        "migraine-guideline.pdf",
        "Triptans are recommended for moderate or severe attacks",
    ),
    "What triggers migraine?": ("migraine-guideline.pdf", "Common triggers are missed meals"),
    "What causes gout?": ("gout-pathway.docx", "Gout is an arthritis that is caused by crystals of urate"),
    "What is the treatment of coeliac disease?": ("coeliac.pubmed.xml", "A lifelong gluten-free diet"),
    "Does hydroxychloroquine work in lupus?": ("lupus.jats.xml", "halved the risk of flares in lupus"),
    "What causes psoriasis?": ("psoriasis.html", "an overactive immune system"),
}


def run(*arguments: str) -> tuple[int, str]:
    """A command's exit code and what it printed."""
    result = CliRunner().invoke(aitia, list(arguments), catch_exceptions=False, standalone_mode=False)
    return int(result.return_value or 0), result.output


@pytest.fixture
def library(database: Engine) -> DocumentLibrary:
    """The example documents, added by the command."""
    del database
    files = [str(FOLDER / name) for name in sorted({name for name, _ in QUESTIONS.values()})]
    code, said = run("library", "add", "--library", "examples", *files, "--jobs", "1")
    assert code == 0, said
    return DocumentLibrary.open("examples")


def test_each_kind_of_file_answers_and_each_citation_opens_the_very_words(library: DocumentLibrary) -> None:
    for question, (file, words) in QUESTIONS.items():
        code, said = run("ask", "--library", "examples", question, "--format", "markdown")
        assert code == 0, question
        article = library.ask(question)
        told = [article.lead.text, *(one.text for section in article.sections for one in section.statements)]
        assert any(words in text for text in told), (question, told)
        for reference in article.references:
            assert f"{reference.number}. " in said
        for place in article.passages:
            shown = run(
                "library", "show", place.source_id, "--library", "examples",
                "--passage", f"{place.passage}.{place.sentence}",
            )[1]  # fmt: skip
            marked = re.search(r">>(.*?)<<", shown, re.DOTALL)
            assert marked is not None
            assert any(" ".join(marked[1].split()) in text for text in told)
            assert file in shown
        if file.endswith(".pdf"):
            assert all(place.page for place in article.passages)
        if file.endswith((".docx", ".jats.xml", ".html")):
            assert all(place.section for place in article.passages)


def test_every_answer_passes_the_check_for_every_reader(library: DocumentLibrary) -> None:
    for question in [*QUESTIONS, "Tell me about migraine", "What causes lupus nephritis?", "What is scurvy?"]:
        for audience in AUDIENCES:
            article = library.ask(question, audience, "full")
            with reading(library.database) as connection:
                assert not list(problems(article, connection, library.library.id))


def test_the_check_finds_what_is_wrong(library: DocumentLibrary) -> None:
    from msgspec.structs import replace

    article = library.ask("What causes gout?")
    bullet = article.sections[0].statements[0]
    changed = replace(bullet, text=bullet.text.replace("a", "e"))
    wrong = replace(
        article,
        sections=(replace(article.sections[0], statements=(changed, *article.sections[0].statements[1:])),),
    )
    with reading(library.database) as connection:
        found = list(problems(wrong, connection, library.library.id))
    assert any("is not the words of" in one for one in found)
    assert any("content hash" in one for one in found)


def test_a_retracted_record_is_never_cited_and_that_is_said(library: DocumentLibrary) -> None:
    article = library.ask("Does barley tea cure coeliac disease?")
    assert "pmid-90000102" not in [reference.id for reference in article.references]
    assert "cured coeliac disease in all" not in article.lead.text
    assert not any("barley" in one.source.title for one in library.search("barley tea coeliac disease", 20))


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("What causes scurvy?", "mentions “scurvy”"),
        ("What is the survival of gout?", "say nothing that can be quoted on this: prognosis"),
    ],
)
def test_what_the_documents_do_not_say_is_not_answered(
    library: DocumentLibrary, question: str, reason: str
) -> None:
    article = library.ask(question)
    assert not article.answered
    assert reason in article.lead.text


@pytest.mark.usefixtures("library")
def test_patients_are_told_no_doses(tmp_path: Path) -> None:
    page = tmp_path / "dose.md"
    page.write_text(
        "# Scabies\n\nScabies is treated with permethrin cream. Scabies can be treated with ivermectin "
        "200 micrograms/kg as a single dose.\n",
        encoding="utf-8",
    )
    run("library", "add", "--library", "examples", str(page))
    opened = DocumentLibrary.open("examples")
    for_patients = opened.ask("How is scabies treated?", "patient")
    told = [for_patients.lead.text, *(one.text for part in for_patients.sections for one in part.statements)]
    assert told[0] == "Scabies is treated with permethrin cream."
    assert not any("200" in text for text in told)
    assert any("How much of a medicine" in gap for gap in for_patients.gaps)
    assert "200" in run("ask", "--library", "examples", "How is scabies treated?")[1]


def test_an_emergency_gets_a_signpost_before_anything_else(library: DocumentLibrary) -> None:
    article = library.ask("I want to kill myself because of migraine", "patient")
    assert article.notice
    assert not article.references


def test_the_example_documents_are_what_their_maker_makes() -> None:
    assert (FOLDER / "migraine-guideline.pdf").read_bytes() == make.migraine_pdf()
    assert (FOLDER / "gout-pathway.docx").read_bytes() == make.gout_docx()


def pages(folder: Path, **texts: str) -> DocumentLibrary:
    """A library of Markdown pages."""
    folder.mkdir()
    for name, text in texts.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    run("library", "add", "--library", "pages", str(folder), "--jobs", "1")
    return DocumentLibrary.open("pages")


def told(library: DocumentLibrary, question: str, audience: str = "clinician") -> str:
    """All that an answer says."""
    article = library.ask(question, audience)
    bullets = [one.text for section in article.sections for one in section.statements]
    return " ".join([article.lead.text, *bullets])


@pytest.mark.usefixtures("database")
def test_one_type_of_a_disease_does_not_answer_for_another(tmp_path: Path) -> None:
    library = pages(
        tmp_path / "pages",
        one="# Type 1 diabetes\n\n## Treatment\n\nType 1 diabetes is treated with insulin for life.\n",
        two="# Type 2 diabetes\n\n## Treatment\n\nType 2 diabetes is treated with diet and metformin first.\n",
    )
    assert "insulin" in told(library, "How is type 1 diabetes treated?")
    assert "metformin" not in told(library, "How is type 1 diabetes treated?")
    assert "metformin" in told(library, "How is type 2 diabetes treated?")


@pytest.mark.usefixtures("database")
def test_a_list_item_is_not_torn_from_the_words_that_turn_it_round(tmp_path: Path) -> None:
    jsonl = tmp_path / "leaflet.jsonl"
    jsonl.write_text(
        '{"id": "a", "title": "Aspirin", "text": "Aspirin is used to treat pain. Talk to your doctor before you take '
        'aspirin if you: - Take other medicines, especially warfarin with aspirin. - Have had a stomach ulcer."}\n',
        encoding="utf-8",
    )
    run("library", "add", "--library", "leaflets", str(jsonl), "--jobs", "1")
    said = told(DocumentLibrary.open("leaflets"), "Can I take aspirin with warfarin?", "patient")
    assert "Take other medicines" not in said


@pytest.mark.usefixtures("database")
def test_who_asks_and_how_it_is_spelt_does_not_stand_in_the_way(tmp_path: Path) -> None:
    library = pages(
        tmp_path / "pages",
        one="# Scoliosis\n\nScoliosis is a sideways curve of the spine.\n\n## Outlook\n\nScoliosis gets worse in one "
        "child in ten during growth.\n",
    )
    assert "sideways curve" in told(library, "My daughter was told she has scoliosis, what is that?")
    refused = library.ask("What is scoliossis?")
    assert not refused.answered
    assert refused.follow_ups == ("What is scoliosis?",)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    "question",
    [
        "My 3 year old son swallowed a button battery",
        "I took 25 iron pills last night",
        "I think I am having a heart attack",
    ],
)
def test_an_emergency_is_signposted_though_no_document_speaks_of_it(tmp_path: Path, question: str) -> None:
    library = pages(tmp_path / "pages", one="# Gout\n\nGout is an arthritis.\n")
    assert library.ask(question, "patient").notice
