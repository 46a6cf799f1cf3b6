"""PubMed XML: what is read from a record, where files are cut, and what damage and malice do to them."""

import gzip
import io
import re
import runpy
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitia.library.document import (
    Block,
    Deleted,
    Document,
    DocumentError,
    Extent,
    Item,
    Notice,
    NoticeKind,
    Rejected,
)
from aitia.library.readers.pubmed import LARGEST_RECORD, READER

DOCTYPE = (
    '<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" '
    '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">'
)

ABSTRACT = """<Abstract><AbstractText Label="BACKGROUND" NlmCategory="BACKGROUND">Gout is painful.</AbstractText>
<AbstractText Label="METHODS AND RESULTS" NlmCategory="METHODS">We followed 412 people. Urate fell to
6&#xa0;mg/dL.</AbstractText><CopyrightInformation>© Nobody.</CopyrightInformation></Abstract>"""


def record(
    pmid: str = "90000001",
    title: str = "Urate lowering in gout.",
    abstract: str = ABSTRACT,
    date: str = "<Year>2019</Year><Month>Mar</Month>",
    article: str = "",
    citation: str = "",
    data: str = '<ArticleIdList><ArticleId IdType="pubmed">90000001</ArticleId></ArticleIdList>',
    types: tuple[str, ...] = ("Journal Article",),
    authors: str = "<Author ValidYN='Y'><LastName>Quimby</LastName><ForeName>Ada B</ForeName>"
    "<Initials>AB</Initials></Author>",
    journal: str = "<Title>Journal of invented medicine</Title><ISOAbbreviation>J Invent Med</ISOAbbreviation>",
    language: str = "eng",
) -> str:
    kinds = "".join(f'<PublicationType UI="D016428">{kind}</PublicationType>' for kind in types)
    return f"""<PubmedArticle>
    <MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">{pmid}</PMID>
    <DateCompleted><Year>2019</Year><Month>06</Month><Day>02</Day></DateCompleted>
    <DateRevised><Year>2020</Year><Month>1</Month><Day>9</Day></DateRevised>
    <Article PubModel="Print"><Journal><ISSN IssnType="Print">0000-0000</ISSN>
    <JournalIssue CitedMedium="Print"><Volume>7</Volume><PubDate>{date}</PubDate></JournalIssue>{journal}</Journal>
    <ArticleTitle>{title}</ArticleTitle>{abstract}
    <AuthorList CompleteYN="Y">{authors}</AuthorList><Language>{language}</Language>
    <PublicationTypeList>{kinds}</PublicationTypeList>{article}</Article>{citation}</MedlineCitation>
    <PubmedData><History><PubMedPubDate PubStatus="pubmed"><Year>2018</Year></PubMedPubDate></History>{data}
    </PubmedData></PubmedArticle>"""


def file_of(*records: str, head: str = f'<?xml version="1.0" encoding="utf-8"?>\n{DOCTYPE}\n') -> bytes:
    body = "\n".join(records)
    return f"{head}<PubmedArticleSet>\n{body}\n</PubmedArticleSet>\n".encode()


def read(data: bytes) -> list[Item]:
    return list(READER.read(data, "file.xml"))


def one(**fields: object) -> Document:
    (document,) = read(file_of(record(**fields)))  # type: ignore[arg-type]
    assert isinstance(document, Document)
    return document


def in_parts(data: bytes) -> list[Item]:
    """As the pipeline reads: cut first, then each part for itself."""
    assert READER.split is not None
    return [item for part in READER.split(io.BytesIO(data)) for item in READER.read(part, "file.xml")]


def pmids(items: list[Item]) -> list[str]:
    return [item.pmid or "" for item in items if isinstance(item, Document)]


class TestRecord:
    def test_the_fields(self) -> None:
        document = one(
            article='<ELocationID EIdType="doi" ValidYN="Y">10.5555/GOUT.1</ELocationID>',
            data="""<ArticleIdList><ArticleId IdType="pubmed">90000001</ArticleId>
            <ArticleId IdType="pmc">PMC9900001</ArticleId></ArticleIdList>
            <ReferenceList><Reference><Citation>Another.</Citation><ArticleIdList>
            <ArticleId IdType="pmc">PMC1</ArticleId><ArticleId IdType="doi">10.5555/other</ArticleId>
            </ArticleIdList></Reference></ReferenceList>""",
        )
        assert document == Document(
            format="pubmed",
            title="Urate lowering in gout",
            extent=Extent.ABSTRACT,
            blocks=(
                Block("Gout is painful.", "Background"),
                Block("We followed 412 people. Urate fell to 6 mg/dL.", "Methods and results"),
            ),
            authors=("Quimby AB",),
            year=2019,
            year_rule="PubDate/Year",
            container="J Invent Med",
            doi="10.5555/gout.1",
            pmid="90000001",
            pmcid="PMC9900001",
            language="en",
            publication_types=("Journal Article",),
            revised="2020-01-09",
        )

    @pytest.mark.parametrize(
        ("title", "expected"),
        [
            ("Does colchicine work?", "Does colchicine work?"),
            ("[Gout in the mountains].", "Gout in the mountains"),
            ("[Gout in the mountains (author's transl)].", "Gout in the mountains"),
            ("[Is it gout?].", "Is it gout?"),
            ("[18F]FDG and [11C]PiB uptake [corrected].", "[18F]FDG and [11C]PiB uptake [corrected]"),
            ("[18F]FDG in gout.", "[18F]FDG in gout"),
            ("And then...", "And then..."),
            ("CO<sub>2</sub> and <i>HPRT1</i> at 10<sup>5</sup>.", "CO2 and HPRT1 at 10⁵"),
        ],
    )
    def test_titles(self, title: str, expected: str) -> None:
        assert one(title=title).title == expected

    def test_a_title_that_is_not_available_gives_way_to_the_vernacular(self) -> None:
        document = one(
            title="[Not Available].", article="<VernacularTitle>Gicht im Gebirge.</VernacularTitle>"
        )
        assert document.title == "Gicht im Gebirge"

    @pytest.mark.parametrize(
        ("markup", "expected"),
        [
            ("H<sub>2</sub>O", "H2O"),
            ("2 x 10<sup>-9</sup> M", "2 x 10⁻⁹ M"),
            ("10<sup>9</sup>/L", "10⁹/L"),
            ("Ca<sup>2+</sup>", "Ca²⁺"),
            ("10<sup>11</sup> copies", "10^11 copies"),
            ("p = 0.04<sup>*</sup>", "p = 0.04"),
            ("1&nbsp;&micro;g &alpha;", "1 µg α"),
            ("CD4<sup>+</sup> cells", "CD4+ cells"),
            ("<sup>18</sup>F", "¹⁸F"),
            ("kg/m<sup>2</sup>", "kg/m²"),
            ("<b><i>SLC2A9</i></b> gene", "SLC2A9 gene"),
            ("a <![CDATA[< b & c]]> d", "a < b & c d"),
            ("one<!-- a </PubmedArticle> comment --> two", "one two"),
            ("p &lt; 0.05 &amp; n &gt; 3", "p < 0.05 & n > 3"),
            (
                'at <mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML"><mml:msup><mml:mi>x</mml:mi>'
                "<mml:mn>2</mml:mn></mml:msup><mml:mo>=</mml:mo><mml:mfrac><mml:mn>1</mml:mn><mml:mn>2</mml:mn>"
                "</mml:mfrac><mml:annotation>x^{2}</mml:annotation></mml:math> it",
                "at x^2=1/2 it",
            ),
        ],
    )
    def test_markup_becomes_plain_text(self, markup: str, expected: str) -> None:
        document = one(abstract=f"<Abstract><AbstractText>{markup}</AbstractText></Abstract>")
        assert document.blocks == (Block(expected, "Abstract"),)

    @pytest.mark.parametrize(
        ("label", "section"),
        [
            ("AIMS/HYPOTHESIS", "Aims/hypothesis"),
            ("Setting:", "Setting"),
            ("UNLABELLED", "Abstract"),
            ("", "Abstract"),
            ("Trial registration (ISRCTN)", "Trial registration (ISRCTN)"),
        ],
    )
    def test_labels(self, label: str, section: str) -> None:
        document = one(abstract=f'<Abstract><AbstractText Label="{label}">Text.</AbstractText></Abstract>')
        assert document.blocks[0].section == section

    def test_a_record_without_an_abstract_is_metadata(self) -> None:
        document = one(abstract="")
        assert (document.extent, document.blocks) == (Extent.METADATA, ())

    def test_another_abstract_only_stands_in_for_a_missing_one(self) -> None:
        other = """<OtherAbstract Language="fre"><AbstractText>La goutte.</AbstractText></OtherAbstract>
        <OtherAbstract Type="Publisher" Language="eng"><AbstractText>The gout.</AbstractText></OtherAbstract>"""
        assert [block.text for block in one(abstract="", citation=other).blocks] == ["The gout."]
        assert [block.section for block in one(citation=other).blocks] == [
            "Background",
            "Methods and results",
        ]

    def test_the_note_that_an_abstract_was_cut_is_left_out(self) -> None:
        text = "Urate fell. (ABSTRACT TRUNCATED AT 250 WORDS)"
        assert (
            one(abstract=f"<Abstract><AbstractText>{text}</AbstractText></Abstract>").blocks[0].text
            == "Urate fell."
        )

    def test_authors(self) -> None:
        document = one(
            authors="""<Author ValidYN="Y"><LastName>Ørsted-Vale</LastName><ForeName>Bo</ForeName>
            <Initials>B</Initials><Suffix>Jr</Suffix></Author><Author ValidYN="N"><LastName>Wrong</LastName></Author>
            <Author><LastName>Solo</LastName><ForeName>Mary Ann</ForeName></Author>
            <Author ValidYN="Y"><CollectiveName>The GOUT-<i>X</i> Group</CollectiveName></Author>"""
        )
        assert document.authors == ("Ørsted-Vale B Jr", "Solo MA", "The GOUT-X Group")

    @pytest.mark.parametrize(
        ("date", "year", "rule"),
        [
            ("<Year>2019</Year>", 2019, "PubDate/Year"),
            ("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", 1998, "PubDate/MedlineDate"),
            ("<MedlineDate>Winter 2003</MedlineDate>", 2003, "PubDate/MedlineDate"),
            ("<Season>Spring</Season>", 2017, "ArticleDate/Year"),
        ],
    )
    def test_the_year_and_where_it_was_read(self, date: str, year: int, rule: str) -> None:
        online = '<ArticleDate DateType="Electronic"><Year>2017</Year><Month>12</Month></ArticleDate>'
        document = one(date=date, article=online)
        assert (document.year, document.year_rule) == (year, rule)

    def test_the_journal_s_title_stands_in_for_its_abbreviation(self) -> None:
        assert one(journal="<Title>Gout today</Title>").container == "Gout today"

    def test_subjects_begin_with_the_main_ones(self) -> None:
        mesh = """<MeshHeadingList>
        <MeshHeading><DescriptorName MajorTopicYN="N">Humans</DescriptorName></MeshHeading>
        <MeshHeading><DescriptorName MajorTopicYN="N">Gout</DescriptorName>
        <QualifierName MajorTopicYN="N">genetics</QualifierName>
        <QualifierName MajorTopicYN="Y">drug therapy</QualifierName></MeshHeading>
        <MeshHeading><DescriptorName MajorTopicYN="Y">Uric Acid</DescriptorName></MeshHeading></MeshHeadingList>
        <KeywordList Owner="NOTNLM"><Keyword MajorTopicYN="N">flares</Keyword><Keyword>Gout</Keyword></KeywordList>"""
        assert one(citation=mesh).subjects == (
            "Gout",
            "Gout/drug therapy",
            "Uric Acid",
            "Humans",
            "Gout/genetics",
            "flares",
        )

    def test_an_old_doi_keeps_its_odd_letters(self) -> None:
        doi = "10.1002/(SICI)1097-0258(19980815/30)17:15/16&lt;1661::AID-X968&gt;3.0.CO;2-2"
        data = f'<ArticleIdList><ArticleId IdType="doi">https://doi.org/{doi}</ArticleId></ArticleIdList>'
        assert one(data=data).doi == "10.1002/(sici)1097-0258(19980815/30)17:15/16<1661::aid-x968>3.0.co;2-2"

    def test_a_book_chapter(self) -> None:
        chapter = """<PubmedBookArticle><BookDocument><PMID Version="1">90000077</PMID><ArticleIdList>
        <ArticleId IdType="bookaccession">NBK900077</ArticleId></ArticleIdList><Book><Publisher>
        <PublisherName>Invented Press</PublisherName></Publisher><BookTitle book="x">Rare disorders</BookTitle>
        <PubDate><Year>2021</Year></PubDate><AuthorList Type="editors"><Author><LastName>Ed</LastName>
        <Initials>I</Initials></Author></AuthorList></Book><ArticleTitle book="x" part="y">Lesch-Nyhan Disease
        </ArticleTitle><Language>eng</Language><AuthorList Type="authors"><Author><LastName>Quimby</LastName>
        <Initials>AB</Initials></Author></AuthorList><PublicationType UI="D016454">Review</PublicationType>
        <Abstract><AbstractText Label="CLINICAL CHARACTERISTICS">It begins early.</AbstractText></Abstract>
        </BookDocument><PubmedBookData><ArticleIdList><ArticleId IdType="pubmed">90000077</ArticleId>
        </ArticleIdList></PubmedBookData></PubmedBookArticle>"""
        (document,) = read(file_of(chapter))
        assert document == Document(
            format="pubmed",
            title="Lesch-Nyhan Disease",
            extent=Extent.ABSTRACT,
            blocks=(Block("It begins early.", "Clinical characteristics"),),
            authors=("Quimby AB",),
            year=2021,
            year_rule="PubDate/Year",
            container="Rare disorders",
            pmid="90000077",
            identifier="NBK900077",
            language="en",
            publication_types=("Review",),
        )

    def test_deletions(self) -> None:
        items = read(
            file_of(record(), "<DeleteCitation><PMID>90000005</PMID><PMID>90000006</PMID></DeleteCitation>")
        )
        assert items[1:] == [Deleted("pmid:90000005"), Deleted("pmid:90000006")]

    def test_a_record_without_a_number_is_rejected(self) -> None:
        items = read(file_of(record(pmid=""), record(pmid="9O"), record(pmid="9" * 5000), record()))
        assert [type(item) for item in items] == [Rejected, Rejected, Rejected, Document]
        assert items[0] == Rejected("record 1", "it gives no valid PMID")


def correction(reference: str, pmid: str = "90000002", source: str = "J Invent Med. 2020;8:1") -> str:
    named = f'<PMID Version="1">{pmid}</PMID>' if pmid else ""
    return (
        f'<CommentsCorrectionsList><CommentsCorrections RefType="{reference}"><RefSource>{source}</RefSource>'
        f"{named}</CommentsCorrections></CommentsCorrectionsList>"
    )


OWN, OTHER = "pmid:90000001", "pmid:90000002"


class TestNotices:
    @pytest.mark.parametrize(
        ("reference", "kind", "about", "by"),
        [
            ("RetractionIn", NoticeKind.RETRACTION, OWN, OTHER),
            ("RetractionOf", NoticeKind.RETRACTION, OTHER, OWN),
            ("PartialRetractionIn", NoticeKind.CORRECTION, OWN, OTHER),
            ("PartialRetractionOf", NoticeKind.CORRECTION, OTHER, OWN),
            ("ErratumIn", NoticeKind.CORRECTION, OWN, OTHER),
            ("ErratumFor", NoticeKind.CORRECTION, OTHER, OWN),
            ("ExpressionOfConcernIn", NoticeKind.CONCERN, OWN, OTHER),
            ("ExpressionOfConcernFor", NoticeKind.CONCERN, OTHER, OWN),
            ("UpdateIn", NoticeKind.SUPERSESSION, OWN, OTHER),
            ("UpdateOf", NoticeKind.SUPERSESSION, OTHER, OWN),
            ("CorrectedandRepublishedIn", NoticeKind.SUPERSESSION, OWN, OTHER),
            ("CorrectedandRepublishedFrom", NoticeKind.SUPERSESSION, OTHER, OWN),
        ],
    )
    def test_each_reference_says_one_thing(
        self, reference: str, kind: NoticeKind, about: str, by: str
    ) -> None:
        notices = one(citation=correction(reference)).notices
        assert notices == (Notice(kind, about, by, f"CommentsCorrections {reference}"),)

    @pytest.mark.parametrize(
        "reference", ["CommentIn", "CommentOn", "Cites", "SummaryForPatientsIn", "ReprintOf"]
    )
    def test_other_references_say_nothing_of_it(self, reference: str) -> None:
        assert one(citation=correction(reference)).notices == ()

    def test_a_retracted_and_republished_article_is_both_retracted_and_replaced(self) -> None:
        notices = one(citation=correction("RetractedandRepublishedIn")).notices
        assert [(notice.kind, notice.about, notice.by) for notice in notices] == [
            (NoticeKind.RETRACTION, OWN, OTHER),
            (NoticeKind.SUPERSESSION, OWN, OTHER),
        ]

    def test_a_notice_without_a_number_is_named_by_its_doi_or_not_at_all(self) -> None:
        source = "J Invent Med. 2020;8:1. doi: 10.5555/Notice.3."
        (notice,) = one(citation=correction("RetractionIn", "", source)).notices
        assert notice.by == "doi:10.5555/notice.3"
        (notice,) = one(citation=correction("RetractionIn", "")).notices
        assert notice.by is None
        assert one(citation=correction("RetractionOf", "")).notices == ()

    def test_the_publication_type_alone_says_that_a_work_is_retracted(self) -> None:
        types = ("Journal Article", "Retracted Publication")
        rule = 'PublicationType "Retracted Publication"'
        assert one(types=types).notices == (Notice(NoticeKind.RETRACTION, OWN, None, rule),)
        (notice,) = one(types=types, citation=correction("RetractionIn")).notices
        assert notice.by == OTHER

    def test_the_notice_of_a_retraction_is_not_itself_retracted(self) -> None:
        (notice,) = one(types=("Retraction of Publication",), citation=correction("RetractionOf")).notices
        assert notice.about == OTHER


class TestMadeUpFiles:
    def test_every_record_of_a_made_up_file_is_read(self, tmp_path: Path) -> None:
        write = runpy.run_path(str(Path(__file__).parents[3] / "benchmarks" / "pubmed_generator.py"))["write"]
        paths = write(tmp_path / "a", 250, seed=7, vocabulary=None, first=90000001, a_file=100)
        again = write(tmp_path / "b", 250, seed=7, vocabulary=None, first=90000001, a_file=100)
        assert [path.read_bytes() for path in paths] == [path.read_bytes() for path in again]
        items = [item for path in paths for item in in_parts(gzip.decompress(path.read_bytes()))]
        assert pmids(items) == [str(pmid) for pmid in range(90000001, 90000251)]
        documents = [item for item in items if isinstance(item, Document)]
        assert 0.8 < sum(document.extent is Extent.ABSTRACT for document in documents) / 250 < 0.95
        assert all(document.title and document.year and document.authors for document in documents)


class TestSplitting:
    def test_parts_together_are_the_file(self) -> None:
        records = [record(pmid=str(90000000 + number)) for number in range(1, 1301)]
        records.insert(700, "<DeleteCitation><PMID>90009999</PMID></DeleteCitation>")
        data = file_of(*records)
        assert READER.split is not None
        parts = list(READER.split(io.BytesIO(data)))
        assert [part.count(b"</PubmedArticle>") for part in parts] == [434, 433, 433]
        assert not any(b"DOCTYPE" in part for part in parts)
        items = [item for part in parts for item in READER.read(part, "file.xml")]
        assert len(items) == 1301
        assert items[700] == Deleted("pmid:90009999")
        assert items == read(data)

    def test_memory_stays_bounded_on_a_stream_of_many_megabytes(self) -> None:
        class Long(io.RawIOBase):
            """Forty megabytes, made as they are read."""

            left = 4000
            text = record(
                abstract=f"<Abstract><AbstractText>{'word ' * 1800}</AbstractText></Abstract>"
            ).encode()

            def read(self, size: int = -1) -> bytes:
                assert size > len(self.text)
                self.left -= 1
                return self.text if self.left >= 0 else b""

        assert READER.split is not None
        parts = [len(part) for part in READER.split(Long())]  # type: ignore[arg-type]
        assert sum(parts) > 40_000_000
        assert max(parts) < 6_000_000

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
    def test_encodings(self, encoding: str) -> None:
        name = encoding.removesuffix("-sig")
        text = file_of(record(title="Sjögren."), head=f'<?xml version="1.0" encoding="{name}"?>\n').decode()
        data = text.encode(encoding)
        assert READER.recognises(data[:4096])
        (document,) = in_parts(data)
        assert isinstance(document, Document)
        assert document.title == "Sjögren"

    def test_a_declaration_of_utf_16_over_plain_bytes_is_taken_for_a_mistake(self) -> None:
        data = file_of(record(), head='<?xml version="1.0" encoding="utf-16"?>')
        assert pmids(in_parts(data)) == ["90000001"]

    def test_an_unknown_encoding_is_refused(self) -> None:
        with pytest.raises(DocumentError, match="zip_codec"):
            in_parts(file_of(record(), head='<?xml version="1.0" encoding="zip_codec"?>'))

    @pytest.mark.parametrize(
        "dress",
        [
            lambda text: text.replace("<PubmedArticleSet>", '<PubmedArticleSet xmlns="urn:x">'),
            lambda text: re.sub(r"<(/?)(\w)", r"<\1p:\2", text).replace(
                "<p:PubmedArticleSet>", '<p:PubmedArticleSet xmlns:p="urn:x">'
            ),
            lambda text: text.replace("<PubmedArticle>", "<!-- </PubmedArticle> --><PubmedArticle >"),
            lambda text: text.replace("</PubmedArticle>", "</PubmedArticle\n>"),
            lambda text: text.replace("<PubmedArticleSet>", "").replace("</PubmedArticleSet>", ""),
            lambda text: text + "<!-- made by nobody -->",
        ],
        ids=["namespace", "prefix", "comment", "spaces", "no set", "comment after"],
    )
    def test_odd_dress(self, dress: Callable[[str], str]) -> None:
        text = dress(file_of(record(), head="").decode())
        assert READER.recognises(text.encode())
        items = in_parts(text.encode())
        assert [item.title for item in items if isinstance(item, Document)] == ["Urate lowering in gout"]
        assert len(items) == 1

    def test_what_looks_like_an_end_inside_comments_and_cdata_is_none(self) -> None:
        odd = "x <!-- </PubmedArticle> --> <![CDATA[</PubmedArticle> <PubmedArticle>]]>"
        items = in_parts(file_of(*(record(pmid=str(90000001 + number), title=odd) for number in range(1000))))
        assert pmids(items) == [str(90000001 + number) for number in range(1000)]
        assert len(items) == 1000

    def test_two_files_joined_are_read_as_both(self) -> None:
        items = in_parts(file_of(record()) + file_of(record(pmid="90000002")))
        assert pmids(items) == ["90000001", "90000002"]
        assert len(items) == 2

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"<html><body>No</body></html>",
            b"<article><front/></article>",
            b"PubmedArticleSet",
            b"<?xml version='1.0'?><!DOCTYPE article PUBLIC 'x' 'y'><article/>",
        ],
    )
    def test_other_files_are_neither_claimed_nor_read(self, data: bytes) -> None:
        assert not READER.recognises(data)
        with pytest.raises(DocumentError, match="holds no PubMed record"):
            in_parts(data)


RECORDS = [record(pmid=str(90000000 + number)) for number in range(1, 9)]
FILE = file_of(*RECORDS)
WHOLE = pmids(read(FILE))


class TestDamage:
    def test_only_the_bad_record_is_rejected(self) -> None:
        bad = record(pmid="90000002").replace("</Journal>", "</Jurnal>")
        items = in_parts(file_of(record(), bad, record(pmid="90000003")))
        assert pmids(items) == ["90000001", "90000003"]
        rejected = items[1]
        assert isinstance(rejected, Rejected)
        assert rejected.where == "PMID 90000002"
        assert "not well-formed" in rejected.reason

    @pytest.mark.parametrize("tag", ["</PubmedArticle>", "<PubmedArticle>"])
    def test_a_record_that_lost_its_first_or_last_tag_harms_no_neighbour(self, tag: str) -> None:
        items = in_parts(file_of(record(), record(pmid="90000002").replace(tag, ""), record(pmid="90000003")))
        assert pmids(items) == ["90000001", "90000003"]
        assert [item.where for item in items if isinstance(item, Rejected)] == ["PMID 90000002"]

    def test_a_file_that_breaks_off_says_where(self) -> None:
        cut = FILE.index(b"90000004") + 500
        items = in_parts(FILE[:cut])
        assert pmids(items) == WHOLE[:3]
        assert items[3:] == [
            Rejected(
                "PMID 90000004", "the file breaks off within this record (number 4); fetch the file again"
            )
        ]
        end = FILE.index(b"</PubmedArticle>") + len("</PubmedArticle>")
        assert in_parts(FILE[:end])[1:] == [
            Rejected("after record 1", "the file breaks off here; fetch it again")
        ]

    def test_a_compressed_file_that_breaks_off_gives_what_came_before(self) -> None:
        data = file_of(*(record(pmid=str(90000000 + number)) for number in range(2000)))
        packed = gzip.compress(data)
        assert READER.split is not None
        stream = gzip.GzipFile(fileobj=io.BytesIO(packed[: len(packed) * 3 // 4]))
        items = [item for part in READER.split(stream) for item in READER.read(part, "")]  # type: ignore[arg-type]
        assert len(pmids(items)) > 1000
        assert isinstance(items[-1], Rejected)

    @given(st.integers(min_value=0, max_value=len(FILE)))
    @settings(max_examples=150, deadline=None)
    def test_any_truncation(self, length: int) -> None:
        data = FILE[:length]
        whole = data.count(b"</PubmedArticle>")
        try:
            items = in_parts(data)
        except DocumentError:
            assert whole == 0
            return
        assert pmids(items) == WHOLE[:whole]
        complete = b"</PubmedArticleSet>" in data
        assert len(items) == whole + (not complete)
        assert items == read(data)

    @given(st.data())
    @settings(max_examples=150, deadline=None)
    def test_flipped_bytes_harm_no_other_record(self, data: st.DataObject) -> None:
        positions = data.draw(st.lists(st.integers(0, len(FILE) - 1), min_size=1, max_size=4))
        damaged = bytearray(FILE)
        for position in positions:
            damaged[position] = data.draw(st.integers(0, 255))
        starts = [FILE.index(record.encode()) for record in RECORDS]
        intact = [
            pmid
            for pmid, start, text in zip(WHOLE, starts, RECORDS, strict=True)
            if not any(start <= position < start + len(text.encode()) for position in positions)
        ]
        try:
            items = in_parts(bytes(damaged))
        except DocumentError:
            assert any(position < starts[0] for position in positions)
            return
        assert all(isinstance(item, Document | Rejected | Deleted) for item in items)
        assert set(intact) <= set(pmids(items))


def bomb(levels: int = 9) -> str:
    lines = ['<!ENTITY a0 "ha">']
    lines += [f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, levels + 1)]
    return "<!DOCTYPE PubmedArticleSet [" + "".join(lines) + "]>"


class TestMalice:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le"])
    def test_entities_are_refused(self, encoding: str) -> None:
        for head in (
            bomb(),
            '<!DOCTYPE PubmedArticleSet [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
            '<!DOCTYPE PubmedArticleSet [<!ENTITY % x SYSTEM "http://192.0.2.1/x.dtd"> %x;]>',
        ):
            data = file_of(record(title="&a9;&x;"), head=head).decode().encode(encoding)
            started = time.perf_counter()
            with pytest.raises(DocumentError, match="declares XML entities"):
                in_parts(data)
            with pytest.raises(DocumentError, match="declares XML entities"):
                read(data)
            assert time.perf_counter() - started < 10

    def test_an_entity_that_is_not_declared_is_not_fetched(self) -> None:
        items = in_parts(file_of(record(title="&x;"), record(pmid="90000002")))
        assert [type(item) for item in items] == [Rejected, Document]

    def test_a_record_without_end_is_refused(self) -> None:
        data = file_of(record(title="x" * (LARGEST_RECORD + 1)))
        with pytest.raises(DocumentError, match="larger than 20 MB"):
            in_parts(data)

    @pytest.mark.parametrize(
        "title",
        [
            "<i>" * 200 + "deep" + "</i>" * 200,
            "<i>" * 100_000 + "deep" + "</i>" * 100_000,
            "<!-- " * 200_000,
            "<![CDATA[" * 100_000,
            "<?x " * 200_000,
            "<PubmedArticle>" * 20_000,
            "</PubmedArticle>" * 20_000,
            "<PMID" * 200_000,
            "<" * 1_000_000,
        ],
        ids=["deep", "deeper", "comments", "cdata", "instructions", "starts", "ends", "numbers", "brackets"],
    )
    def test_hostile_records_take_seconds_at_most_and_harm_no_other(self, title: str) -> None:
        started = time.perf_counter()
        items = in_parts(file_of(record(), record(pmid="90000002", title=title), record(pmid="90000003")))
        assert time.perf_counter() - started < 20
        assert "90000001" in pmids(items)
        assert all(isinstance(item, Document | Rejected | Deleted) for item in items)

    def test_a_hostile_opening_is_recognised_or_not_at_once(self) -> None:
        started = time.perf_counter()
        for head in (b"<?a?>" * 800, b"<!--" * 1000, b"<?a?><!--b-->" * 300 + b"<", b"<" * 4096, b" " * 4096):
            assert not READER.recognises(head[:4096])
        assert time.perf_counter() - started < 5
