"""What becomes of sources when they are stored, stored again, and corrected; on SQLite and on PostgreSQL."""

from collections.abc import Sequence

from msgspec.structs import replace
from sqlalchemy import Engine, func, select

from aitia.evidence.nouns import Standing
from aitia.library.document import Block, Document, Extent, Notice, NoticeKind
from aitia.library.prepare import Prepared, prepare
from aitia.library.standing import Notices
from aitia.library.store.database import reading, writing
from aitia.library.store.libraries import StoredLibrary
from aitia.library.store.reading import StoredSource, by_key, by_number, known_notices
from aitia.library.store.tables import passages, sources, statements
from aitia.library.store.writing import Written, store

ABSTRACT = Document(
    format="pubmed",
    title="Riboflavin in migraine",
    extent=Extent.ABSTRACT,
    blocks=(
        Block("Riboflavin may prevent migraine. The evidence is thin.", "Background"),
        Block("Attacks fell by 1.9 a month.", "Results"),
    ),
    authors=("Made UP",),
    year=2019,
    pmid="90000001",
    doi="10.5555/migraine.1",
    revised="2020-01-01",
)


def put(
    database: Engine,
    library: StoredLibrary,
    documents: Sequence[Document],
    origin: str = "file.xml",
    removed: Sequence[str] = (),
) -> Written:
    """Store some documents as one batch."""
    made = [(origin, prepared) for one in documents if isinstance(prepared := prepare(one, origin), Prepared)]
    with reading(database) as connection:
        notices = known_notices(connection, library.id)
    with writing(database) as connection:
        return store(connection, library.id, 1, made, removed, notices)


def everything(database: Engine, library: StoredLibrary) -> dict[str, StoredSource]:
    """All sources of a library by their ids."""
    with reading(database) as connection:
        numbers = connection.execute(select(sources.c.id).where(sources.c.library_id == library.id)).scalars()
        return {one.source.id: one for one in by_number(connection, list(numbers)).values()}


def test_a_stored_source_comes_back_with_every_span_in_place(
    database: Engine, library: StoredLibrary
) -> None:
    put(database, library, [ABSTRACT])
    with reading(database) as connection:
        stored = by_key(connection, library.id, "pmid-90000001")
    assert stored is not None
    assert stored.source.title == "Riboflavin in migraine"
    assert stored.source.authors == ("Made UP",)
    assert [(one.section, stored.text[one.start : one.end]) for one in stored.passages] == [
        ("Background", "Riboflavin may prevent migraine. The evidence is thin."),
        ("Results", "Attacks fell by 1.9 a month."),
    ]
    assert [(one.passage, stored.text[one.start : one.end]) for one in stored.statements] == [
        (1, "Riboflavin may prevent migraine."),
        (1, "The evidence is thin."),
        (2, "Attacks fell by 1.9 a month."),
    ]


def test_the_same_document_is_stored_once(database: Engine, library: StoredLibrary) -> None:
    first = put(database, library, [ABSTRACT])
    second = put(database, library, [ABSTRACT, ABSTRACT], origin="a-copy.xml")
    assert (first.added, second.added, second.updated, second.unchanged) == (1, 0, 0, 2)
    assert len(everything(database, library)) == 1


def test_a_later_record_of_a_work_takes_the_place_of_the_earlier(
    database: Engine, library: StoredLibrary
) -> None:
    put(database, library, [ABSTRACT])
    later = replace(
        ABSTRACT, blocks=(Block("Attacks fell by 0.9 a month."),), revised="2021-01-01", authors=()
    )
    assert put(database, library, [later]).updated == 1
    held = everything(database, library)["pmid-90000001"]
    assert held.text == "Attacks fell by 0.9 a month."
    assert held.source.authors == ("Made UP",), "what only the earlier record knew is kept"
    assert put(database, library, [ABSTRACT]).unchanged == 1, "an older record changes nothing"
    with reading(database) as connection:
        assert connection.execute(select(func.count()).select_from(passages)).scalar() == 1
        assert connection.execute(select(func.count()).select_from(statements)).scalar() == 1


def test_the_full_text_takes_the_place_of_the_abstract_in_either_order(
    database: Engine, library: StoredLibrary
) -> None:
    full = Document(
        format="jats",
        title="Riboflavin in migraine",
        extent=Extent.FULL,
        blocks=(Block("All of it, at length.", "Introduction"),),
        doi="10.5555/migraine.1",
        pmcid="PMC90000001",
    )
    put(database, library, [ABSTRACT, full])
    put(database, library, [ABSTRACT])
    held = everything(database, library)
    assert list(held) == ["pmid-90000001"]
    assert held["pmid-90000001"].text == "All of it, at length."
    assert held["pmid-90000001"].source.pmcid == "PMC90000001"
    assert held["pmid-90000001"].source.pmid == "90000001"


def test_ids_of_a_file_mean_nothing_in_another_file(database: Engine, library: StoredLibrary) -> None:
    one = Document(
        format="jsonl", title="On gout", extent=Extent.FULL, blocks=(Block("Gout hurts."),), identifier="1"
    )
    other = replace(one, title="On lupus", blocks=(Block("Lupus tires."),))
    put(database, library, [one], origin="a.jsonl")
    put(database, library, [other], origin="b.jsonl")
    assert {held.text for held in everything(database, library).values()} == {"Gout hurts.", "Lupus tires."}


def test_an_edited_file_without_identifiers_is_updated_and_a_copy_is_not_added(
    database: Engine, library: StoredLibrary
) -> None:
    page = Document(format="text", title="Our guideline", extent=Extent.FULL, blocks=(Block("Give rest."),))
    assert put(database, library, [page], origin="/a/guideline.txt").added == 1
    assert put(database, library, [page], origin="/b/guideline.txt").unchanged == 1
    edited = replace(page, blocks=(Block("Give rest and water."),))
    assert put(database, library, [edited], origin="/a/guideline.txt").updated == 1
    (held,) = everything(database, library).values()
    assert held.text == "Give rest and water."


def test_two_works_of_one_title_get_ids_of_their_own(database: Engine, library: StoredLibrary) -> None:
    pages = [
        Document(format="bibtex", title="Editorial", extent=Extent.METADATA, identifier=f"editorial {number}")
        for number in range(3)
    ]
    put(database, library, pages)
    assert len(everything(database, library)) == 3


def test_a_retraction_counts_whichever_comes_first(database: Engine, library: StoredLibrary) -> None:
    notice = Notice(
        NoticeKind.RETRACTION, "pmid:90000001", "pmid:90000009", "CommentsCorrections RetractionOf"
    )
    retracting = Document(
        format="pubmed", title="Retraction", extent=Extent.METADATA, pmid="90000009", notices=(notice,)
    )
    put(database, library, [ABSTRACT])
    written = put(database, library, [retracting])
    assert len(written.retracted) == 1
    assert everything(database, library)["pmid-90000001"].source.standing is Standing.RETRACTED
    put(database, library, [replace(ABSTRACT, pmid="90000002", doi="10.5555/migraine.2")])
    second = Notice(NoticeKind.RETRACTION, "doi:10.5555/migraine.3", None, "update-to retraction")
    put(database, library, [replace(retracting, pmid="90000010", notices=(second,))])
    put(database, library, [replace(ABSTRACT, pmid="90000003", doi="10.5555/migraine.3")])
    held = everything(database, library)
    assert held["pmid-90000003"].source.standing is Standing.RETRACTED
    assert held["pmid-90000002"].source.standing is Standing.CURRENT


def test_the_gravest_notice_decides_and_every_notice_is_kept(
    database: Engine, library: StoredLibrary
) -> None:
    told = tuple(
        Notice(kind, "pmid:90000001", f"pmid:9000001{number}", "CommentsCorrections")
        for number, kind in enumerate((NoticeKind.CORRECTION, NoticeKind.CONCERN, NoticeKind.SUPERSESSION))
    )
    put(database, library, [replace(ABSTRACT, notices=told)])
    assert everything(database, library)["pmid-90000001"].source.standing is Standing.CONCERN
    with reading(database) as connection:
        notices: Notices = known_notices(connection, library.id)
    assert {one.kind for one in notices.about("pmid:90000001")} == {one.kind for one in told}


def test_a_withdrawn_record_is_taken_out_with_all_that_hangs_on_it(
    database: Engine, library: StoredLibrary
) -> None:
    put(database, library, [ABSTRACT])
    assert len(put(database, library, [], removed=["pmid:90000001", "pmid:4"]).removed) == 1
    assert not everything(database, library)
    with reading(database) as connection:
        assert connection.execute(select(func.count()).select_from(statements)).scalar() == 0


def test_text_of_any_kind_comes_back_as_it_was(database: Engine, library: StoredLibrary) -> None:
    odd = 'α-Synuclein "quotes"\t\\N \\. 100 % — 中文 𝛼. It ends\\nhere.'
    put(database, library, [replace(ABSTRACT, blocks=(Block(odd),))])
    (held,) = everything(database, library).values()
    assert held.text == odd
    sentences = "".join(held.text[one.start : one.end] for one in held.statements)
    assert "".join(sentences.split()) == "".join(odd.split())


def test_what_a_database_cannot_hold_is_left_out(database: Engine, library: StoredLibrary) -> None:
    put(database, library, [replace(ABSTRACT, title="Nu\0ll", blocks=(Block("A \0gap and a \ud800 half."),))])
    (held,) = everything(database, library).values()
    assert (held.source.title, held.text) == ("Null", "A gap and a ? half.")
