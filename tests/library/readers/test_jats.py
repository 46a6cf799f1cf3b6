"""JATS: front matter, body, and what is left out; sets of articles; damage and malice."""

import io
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitia.library.document import Block, Document, DocumentError, Extent, Item, Notice, NoticeKind, Rejected
from aitia.library.readers import pubmed
from aitia.library.readers.jats import READER

DOCTYPE = (
    '<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Archiving and Interchange DTD v1.3 20210610//EN" '
    '"JATS-archivearticle1-3.dtd">'
)
BODY = """<body><sec><title>Introduction</title>
<p>Gout is common <sup><xref ref-type="bibr" rid="b1">1</xref>,<xref ref-type="bibr" rid="b2">2</xref></sup> and painful
[<xref ref-type="bibr" rid="b1">1</xref>, <xref ref-type="bibr" rid="b3">3</xref>&#x2013;<xref ref-type="bibr"
rid="b5">5</xref>]. As <xref ref-type="bibr" rid="b6">Quimby (2019)</xref> found, it runs in families (<xref
ref-type="bibr" rid="b6">Quimby, 2019</xref>; <xref ref-type="bibr" rid="b7">Vale, 2020</xref>).</p></sec>
<sec><title>Methods</title><sec><title>Patients.</title><p>We saw 41 people:<list><list-item><p>men, 30;</p></list-item>
<list-item><p>women, 11 (see <xref ref-type="fig" rid="f1">Figure 1</xref>).</p></list-item></list>They agreed.</p>
<table-wrap id="t1"><label>Table 1</label><caption><title>Doses</title></caption><table><thead><tr><th>Drug</th>
<th>Dose</th><th>Weeks</th></tr></thead><tbody><tr><td>Zincol<xref ref-type="table-fn" rid="n1">a</xref></td><td>5 mg
</td><td>12</td></tr></tbody></table><table-wrap-foot><fn id="n1"><p>An invented drug.</p></fn></table-wrap-foot>
</table-wrap><fig id="f1"><label>Figure 1.</label><caption><p>Urate over time.</p></caption><graphic/></fig></sec></sec>
<sec><title>Competing interests</title><p>None at all.</p></sec></body>"""


def article(
    title: str = "Gout in the <italic>mountains</italic>",
    body: str = BODY,
    meta: str = "",
    kind: str = "research-article",
    number: int = 1,
    abstract: str = "<abstract><sec><title>Background</title><p>Gout hurts.</p></sec></abstract>",
) -> str:
    return f"""<article xmlns:xlink="http://www.w3.org/1999/xlink" article-type="{kind}" xml:lang="en"><front>
    <journal-meta><journal-id journal-id-type="nlm-ta">J Inv</journal-id><journal-id
    journal-id-type="iso-abbrev">J Invent Med</journal-id>
    <journal-title-group><journal-title>Journal of invented medicine</journal-title>
    </journal-title-group></journal-meta><article-meta><article-id pub-id-type="pmid">9000000{number}</article-id>
    <article-id pub-id-type="pmc">990000{number}</article-id>
    <article-id pub-id-type="doi">10.5555/G.{number}</article-id>
    <article-categories><subj-group><subject>Rheumatology</subject></subj-group></article-categories>
    <title-group><article-title>{title}<xref ref-type="fn" rid="x">*</xref></article-title></title-group>
    <contrib-group><contrib contrib-type="author"><name><surname>Quimby</surname><given-names>Ada B.
    </given-names></name><xref ref-type="aff" rid="a1">1</xref></contrib><contrib
    contrib-type="author"><collab>GOUT-X Group</collab></contrib>
    <contrib contrib-type="editor"><name><surname>Ed</surname></name></contrib></contrib-group>
    <pub-date pub-type="epub"><year>2018</year></pub-date><pub-date pub-type="ppub"><year>2019</year></pub-date>{meta}
    {abstract}<kwd-group><kwd>gout</kwd></kwd-group></article-meta></front>{body}<back><ref-list><ref id="b1">
    <mixed-citation>Someone. A cited work. <pub-id pub-id-type="doi">10.5555/cited</pub-id></mixed-citation></ref>
    </ref-list></back></article>"""


def file_of(*articles: str) -> bytes:
    return f'<?xml version="1.0"?><pmc-articleset>{"".join(articles)}</pmc-articleset>'.encode()


def items_of(data: bytes) -> list[Item]:
    assert READER.split is not None
    return [item for part in READER.split(io.BytesIO(data)) for item in READER.read(part, "file.xml")]


def one(**fields: object) -> Document:
    (document,) = items_of(f"{DOCTYPE}{article(**fields)}".encode())  # type: ignore[arg-type]
    assert isinstance(document, Document)
    return document


def test_an_article_with_a_body() -> None:
    methods = "Methods > Patients"
    assert one() == Document(
        format="jats",
        title="Gout in the mountains",
        extent=Extent.FULL,
        blocks=(
            Block("Gout hurts.", "Abstract > Background"),
            Block(
                "Gout is common and painful. As Quimby (2019) found, it runs in families.",
                "Introduction",
            ),
            Block("We saw 41 people: They agreed.", methods),
            Block("men, 30;", methods),
            Block("women, 11 (see Figure 1).", methods),
            Block("Table 1. Doses", methods),
            Block("Drug: Zincol; Dose: 5 mg; Weeks: 12", methods),
            Block("An invented drug.", methods),
            Block("Figure 1. Urate over time.", methods),
        ),
        authors=("Quimby AB", "GOUT-X Group"),
        year=2019,
        year_rule='pub-date "ppub"',
        container="J Invent Med",
        doi="10.5555/g.1",
        pmid="90000001",
        pmcid="PMC9900001",
        language="en",
        publication_types=("research-article",),
        subjects=("Rheumatology", "gout"),
    )


def test_without_a_body_it_is_an_abstract_and_without_that_metadata() -> None:
    assert one(body="").extent is Extent.ABSTRACT
    assert one(body="", abstract="").extent is Extent.METADATA


def test_abstracts_of_special_kinds_keep_their_names_and_come_after() -> None:
    document = one(
        body="",
        abstract="""<abstract abstract-type="teaser"><p>Ow!</p></abstract><abstract><p>Gout hurts.</p></abstract>
        <abstract abstract-type="plain-language-summary"><p>A sore toe.</p></abstract>
        <trans-abstract xml:lang="fr"><p>La goutte.</p></trans-abstract>""",
    )
    assert [(block.section, block.text) for block in document.blocks] == [
        ("Abstract", "Gout hurts."),
        ("Teaser", "Ow!"),
        ("Plain language summary", "A sore toe."),
    ]


@pytest.mark.parametrize(
    ("kind", "said", "of_other"),
    [
        ("retracted-article", NoticeKind.RETRACTION, True),
        ("retraction-forward", NoticeKind.RETRACTION, False),
        ("corrected-article", NoticeKind.CORRECTION, True),
        ("correction-forward", NoticeKind.CORRECTION, False),
        ("partial-retraction", NoticeKind.CORRECTION, True),
        ("object-of-concern", NoticeKind.CONCERN, True),
        ("updated-article", NoticeKind.SUPERSESSION, True),
    ],
)
def test_related_articles_are_notices(kind: str, said: NoticeKind, of_other: bool) -> None:
    link = f"""<related-article related-article-type="{kind}" ext-link-type="doi"
    xlink:href="https://doi.org/10.5555/OTHER"/>"""
    own, other = "pmid:90000001", "doi:10.5555/other"
    about, by = (other, own) if of_other else (own, other)
    assert one(meta=link).notices == (Notice(said, about, by, f"related-article {kind}"),)


def test_a_companion_is_no_notice() -> None:
    link = '<related-article related-article-type="companion" ext-link-type="pubmed" xlink:href="90000009"/>'
    assert one(meta=link).notices == ()


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ('so [<xref ref-type="bibr">1</xref>,<xref ref-type="bibr">2</xref>].', "so."),
        ('so<sup>[<xref ref-type="bibr">1</xref>]</sup>.', "so."),
        ('so (<xref ref-type="bibr">1</xref>; <xref ref-type="bibr">2</xref>), and', "so, and"),
        (
            'so.<sup><xref ref-type="bibr">1</xref>&#8211;<xref ref-type="bibr">4</xref></sup> Then',
            "so. Then",
        ),
        ("10<sup>5</sup> and CO<sub>2</sub> (95% CI 1, 2)", "10⁵ and CO2 (95% CI 1, 2)"),
        ("p&nbsp;&lt;&nbsp;0.05", "p < 0.05"),
    ],
)
def test_marks_of_references_go_and_numbers_stay(markup: str, expected: str) -> None:
    assert one(body=f"<body><p>{markup}</p></body>").blocks[-1].text == expected


def test_a_set_of_articles_is_cut_and_read() -> None:
    articles = [article(number=number) for number in range(1, 10)] * 5
    assert READER.split is not None
    parts = list(READER.split(io.BytesIO(file_of(*articles))))
    assert [part.count(b"</article>") for part in parts] == [23, 22]
    assert len(items_of(file_of(*articles))) == 45


def test_it_is_told_from_other_xml() -> None:
    for data in (f"{DOCTYPE}{article()}".encode(), file_of(article())):
        assert READER.recognises(data[:4096])
        assert not pubmed.READER.recognises(data[:4096])
    docbook = b"<article xmlns='http://docbook.org/ns/docbook'><info><title>x</title></info></article>"
    for other in (b"<PubmedArticleSet/>", docbook, b"<html/>", b"<rss><channel/></rss>", b"", b"article"):
        assert not READER.recognises(other)


def test_only_the_bad_article_is_rejected() -> None:
    bad = article(number=2).replace("</article-meta>", "</article-mta>")
    items = items_of(file_of(article(), bad, article(number=3), "<article></article>"))
    assert [type(item) for item in items] == [Document, Rejected, Document, Rejected]
    assert isinstance(items[1], Rejected)
    assert items[1].where == "PMID 90000002"


def test_entities_are_refused() -> None:
    data = b'<!DOCTYPE article [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + article(title="&x;").encode()
    with pytest.raises(DocumentError, match="declares XML entities"):
        items_of(data)


@pytest.mark.parametrize(
    "body",
    [
        "<sec>" * 150 + "<p>deep</p>" + "</sec>" * 150,
        "<p>" + "<list><list-item><p>x" * 60 + "</p></list-item></list>" * 60 + "</p>",
        "<p>" + '<xref ref-type="bibr">1</xref>, ' * 50_000 + "</p>",
        "<p>" + "<list/> x" * 50_000 + "</p>",
        "<p>" + "( " * 100_000 + "</p>",
        "<p>x" + " ," * 100_000 + "</p>",
        "<table-wrap><table><tr><td colspan='99999999'>x</td></tr></table></table-wrap>",
        "<table-wrap><table>" + "<tr><td/></tr>" * 50_000 + "</table></table-wrap>",
    ],
    ids=["deep", "lists", "marks", "apart", "brackets", "commas", "wide", "tall"],
)
def test_hostile_bodies_take_seconds_at_most(body: str) -> None:
    started = time.perf_counter()
    items = items_of(file_of(article(), article(body=f"<body>{body}</body>"), article(number=3)))
    assert time.perf_counter() - started < 20
    assert len(items) == 3


ARTICLES = [article(number=number) for number in (1, 2, 3)]
FILE = file_of(*ARTICLES)


@given(st.integers(min_value=0, max_value=len(FILE)))
@settings(max_examples=60, deadline=None)
def test_any_truncation(length: int) -> None:
    data = FILE[:length]
    try:
        items = items_of(data)
    except DocumentError:
        assert b"</article>" not in data
        return
    documents = [item for item in items if isinstance(item, Document)]
    assert len(documents) == data.count(b"</article>")
    assert len(items) == len(documents) + (b"</pmc-articleset>" not in data)


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_flipped_bytes_harm_no_other_article(data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(FILE) - 1))
    damaged = bytearray(FILE)
    damaged[position] = data.draw(st.integers(0, 255))
    try:
        items = items_of(bytes(damaged))
    except DocumentError:
        return
    found = {item.pmid for item in items if isinstance(item, Document)}
    for number, text in enumerate(ARTICLES, start=1):
        start = FILE.index(text.encode())
        if not start <= position < start + len(text.encode()):
            assert f"9000000{number}" in found
