"""Designs and sizes told from records: measured on a labelled set, and rule by rule."""

from collections import Counter
from pathlib import Path

import pytest
import yaml

from aitia.evidence.nouns import Kind
from aitia.library.design import appraise
from aitia.library.document import Block, Document, Extent

LABELLED = yaml.safe_load((Path(__file__).parent / "designs.yaml").read_text(encoding="utf-8"))


def document(
    title: str = "A study",
    text: str = "",
    *,
    types: tuple[str, ...] = (),
    subjects: tuple[str, ...] = (),
    blocks: tuple[Block, ...] = (),
    format: str = "pubmed",
) -> Document:
    return Document(
        format=format,
        title=title,
        extent=Extent.ABSTRACT,
        blocks=blocks or ((Block(text, "Abstract"),) if text else ()),
        pmid="90000001" if format == "pubmed" else None,
        publication_types=types,
        subjects=subjects,
    )


def test_the_labelled_set_is_told_apart() -> None:
    """At least 0.95 of 157 records, no kind below 0.75 in precision or recall.

    At the first pass, before the rules were mended, 0.96 of the first 129, and 0.82 of the last 28, which were written
    after the rules; what is missed becomes an "article", which claims nothing.
    """
    right: Counter[str] = Counter()
    given: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    for kind, _, title, text in LABELLED:
        found = appraise(document(title, text)).kind
        assert found is not None
        right[kind] += found == kind
        given[found.value] += 1
        wanted[kind] += 1
    assert len(LABELLED) >= 120
    assert sum(right.values()) / len(LABELLED) >= 0.95
    for kind in wanted:
        assert right[kind] / wanted[kind] >= 0.75, kind
        assert right[kind] / given[kind] >= 0.75, kind


def test_no_size_is_wrong_and_few_are_missed() -> None:
    missed = 0
    for _, size, title, text in LABELLED:
        found = appraise(document(title, text)).size
        assert found in (size, None), title
        missed += found != size
    assert missed <= 2


@pytest.mark.parametrize(
    ("types", "kind", "named"),
    [
        (("Journal Article", "Meta-Analysis", "Systematic Review"), Kind.META_ANALYSIS, "Meta-Analysis"),
        (("Systematic Review", "Review"), Kind.SYSTEMATIC_REVIEW, "Systematic Review"),
        (("Randomized Controlled Trial", "Multicenter Study"), Kind.TRIAL, "Randomized Controlled Trial"),
        (("Practice Guideline", "Review"), Kind.GUIDELINE, "Practice Guideline"),
        (("Consensus Development Conference",), Kind.CONSENSUS, "Consensus Development Conference"),
        (("Letter", "Case Reports"), Kind.CASE_SERIES, "Case Reports"),
        (("Journal Article", "Comment"), Kind.OPINION, "Comment"),
        (("Journal Article", "Review"), Kind.REVIEW, "Review"),
        (("review-article",), Kind.REVIEW, "review-article"),
        (("Clinical Trial Protocol", "Randomized Controlled Trial"), Kind.ARTICLE, "Clinical Trial Protocol"),
        (
            ("Randomized Controlled Trial, Veterinary",),
            Kind.ANIMAL,
            "Randomized Controlled Trial, Veterinary",
        ),
    ],
)
def test_publication_types_come_first(types: tuple[str, ...], kind: Kind, named: str) -> None:
    found = appraise(document("A cohort study", types=types, subjects=("Humans", "Case-Control Studies")))
    assert (found.kind, found.kind_rule) == (kind, f'publication type "{named}"')


def test_a_clinical_trial_counts_if_it_was_controlled() -> None:
    types = ("Clinical Trial, Phase II",)
    assert appraise(document("Zinc", "All patients took zinc.", types=types)).kind is Kind.ARTICLE
    found = appraise(document("Zinc", "Patients took zinc or placebo.", types=types))
    assert (found.kind, found.kind_rule) == (Kind.TRIAL, 'publication type "Clinical Trial, Phase II"')


def test_a_title_may_make_more_of_a_review() -> None:
    found = appraise(document("Gout in winter: a systematic review", types=("Review",)))
    assert (found.kind, found.kind_rule) == (Kind.SYSTEMATIC_REVIEW, 'title says "systematic review"')


@pytest.mark.parametrize(
    ("subjects", "title", "kind"),
    [
        (("Humans", "Cohort Studies"), "Gout", Kind.COHORT),
        (("Humans", "Cohort Studies", "Case-Control Studies"), "Gout", Kind.CASE_CONTROL),
        (("Humans", "Cohort Studies", "Case-Control Studies"), "Gout: a cohort study", Kind.COHORT),
        (
            ("Humans", "Mendelian Randomization Analysis", "Genome-Wide Association Study"),
            "Gout",
            Kind.MENDELIAN_RANDOMISATION,
        ),
        (("Humans", "Cross-Sectional Studies"), "Gout", Kind.CROSS_SECTIONAL),
        (("Animals", "Mice"), "Gout", Kind.ANIMAL),
        (("Animals", "Humans", "Mice"), "Gout", Kind.ARTICLE),
        (("Cells, Cultured",), "Gout", Kind.IN_VITRO),
        (("Animals", "Cells, Cultured", "Mice, Knockout"), "Gout", Kind.ANIMAL),
        (("Humans", "Prospective Studies"), "Gout", Kind.COHORT),
        (("Humans", "Prospective Studies"), "Gout: a randomised trial", Kind.TRIAL),
    ],
)
def test_headings_come_next(subjects: tuple[str, ...], title: str, kind: Kind) -> None:
    assert appraise(document(title, "It is painful in patients.", subjects=subjects)).kind is kind


def test_labelled_methods_are_read_and_the_rest_is_not() -> None:
    found = appraise(
        document(
            blocks=(
                Block("We did a meta-analysis of randomised trials before.", "Background"),
                Block("Case-control study in 212 cases and 424 hospital controls.", "Methods"),
                Block("Of 5,000 people in the town, some had gout.", "Conclusions"),
            )
        )
    )
    assert found.kind_rule == 'abstract says "Case-control study"'
    assert found.size == "212 cases and 424 controls"
    assert found.size_rule == "212 cases and 424 hospital controls"


@pytest.mark.parametrize(
    "text",
    [
        "We screened 5,000 people for gout.",
        "The disease affects more than 1,200 people in every town.",
        "About 40,000 patients are treated each year.",
        "In 2015 patients were enrolled at two sites.",
        "Of 45% of patients, 12 died.",
        "Gout was found in 31 patients with kidney disease.",
        "A total of 310 patients were studied in the discovery cohort. A total of 620 patients were studied later.",
        "We randomly assigned 120 patients to zinc and 118 to placebo.",
        "Women were seen (n = 61) more than men (n = 40).",
        "A total of 400 controls were enrolled.",
        "Controls (n = 785) were enrolled.",
        "30 patients (10 women in 3 groups) were evaluated.",
        "One hundred 5 patients were enrolled.",
        "We studied 11,151 men and 8563 women (N = 19,714).",
        "We enrolled 120 patients and 80 healthy volunteers.",
        "Data from 103 children were available.",
        "Of the 118 women who were diagnosed, 89 recovered.",
        "Among 60 adults, including 13 men with gout, were enrolled.",
        "There were 3.2 cases per 1,000 people studied.",
        "Drug was given for 12 weeks to patients and 30 mg patients were enrolled.",
    ],
)
def test_no_size_is_made_of_other_numbers(text: str) -> None:
    found = appraise(document("Gout: a cohort study", text))
    assert (found.size, found.size_rule) == (None, None)


@pytest.mark.parametrize(
    ("text", "size", "rule"),
    [
        ("A total of 512 older adults took part.", "512 adults", "A total of 512 older adults"),
        ("We included 39 420 patients.", "39 420 patients", "We included 39 420 patients"),
        ("Data on 5330 men and women were analysed.", "5330 men and women", "Data on 5330 men and women"),
        (
            "There were 83 patients with gout and 41 controls.",
            "83 patients and 41 controls",
            "83 patients with gout and 41 controls",
        ),
        ("We studied 1.2 million people.", "1.2 million people", "We studied 1.2 million people"),
        ("Patients (n = 64) with gout were seen.", "64 patients", "Patients (n = 64)"),
        ("Here 77 patients with gout were enrolled.", "77 patients", "77 patients with gout were enrolled"),
        (
            "We enrolled 300 women. Of the 300 women, 20 women were studied twice.",
            "300 women",
            "We enrolled 300 women",
        ),
    ],
)
def test_sizes_with_the_words_that_they_were_read_from(text: str, size: str, rule: str) -> None:
    found = appraise(document("Gout: a cohort study", text))
    assert (found.size, (found.size_rule or "").casefold()) == (size, rule.casefold())


def test_what_a_file_states_is_kept() -> None:
    stated = Document(
        format="jsonl",
        title="A randomised trial",
        extent=Extent.METADATA,
        kind=Kind.WEB_PAGE,
        kind_rule="the field kind",
        year=1999,
        year_rule="the field year",
        size="3 people",
    )
    assert appraise(stated) == stated


@pytest.mark.parametrize(
    "text",
    [
        "In a previous case-control study, lead was linked with gout. We measured lead in patients.",
        "This differs from an earlier randomised, double-blind trial. Patients kept diaries.",
        "We asked patients which drugs they took. A prospective cohort study is needed.",
        "Patients were asked about pain. In this field a cohort study is needed.",
        "The present findings should be tested in a randomised trial in patients.",
        "Patients were asked about pain. Our results agree with a recent systematic review.",
        "We used data of patients from a previous genome-wide association study.",
    ],
)
def test_the_designs_of_others_are_not_taken_for_its_own(text: str) -> None:
    assert appraise(document("Gout and lead", text)).kind is Kind.ARTICLE


def test_a_text_that_is_no_record_is_told_by_its_title_alone() -> None:
    blocks = (Block("We did a randomised trial with 512 patients. A total of 512 patients took part."),)
    found = appraise(document("House rules", blocks=blocks, format="markdown"))
    assert (found.kind, found.kind_rule, found.size) == (Kind.DOCUMENT, "no design stated", None)
    found = appraise(document("Guideline for gout in our clinic", blocks=blocks, format="markdown"))
    assert found.kind is Kind.GUIDELINE


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("Last updated: 12 March 2019", 2019),
        ("© 2021 Nobody", 2021),
        ("Published online 3 Jan. 2008.", 2008),
        ("In 2015 we met.", None),
        ("It was reviewed by 2010 people", None),
    ],
)
def test_the_year_of_a_text_that_dates_itself(text: str, year: int | None) -> None:
    found = appraise(document("House rules", blocks=(Block(text),), format="markdown"))
    assert found.year == year
    assert (found.year_rule is None) == (year is None)


def test_odd_letters_do_not_shift_the_words_that_are_quoted() -> None:
    found = appraise(document("İİİ in Ankara – a case–control study"))
    assert found.kind_rule == 'title says "case–control"'


def test_an_empty_document_is_an_article_or_a_document() -> None:
    assert appraise(document("")).kind is Kind.ARTICLE
    assert appraise(document("", format="text")).kind is Kind.DOCUMENT
