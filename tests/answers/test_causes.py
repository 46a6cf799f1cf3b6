"""What are the causes of ALS? The article that the project was begun for."""

import re

import pytest

from aitia import Library
from aitia.evidence.article import Article


@pytest.fixture(scope="module")
def article(starter: Library) -> Article:
    return starter.ask("What are the causes of ALS?")


def words(article: Article) -> str:
    bullets = [bullet.text for section in article.sections for bullet in section.statements]
    members = [member.text for disagreement in article.disagreements for member in disagreement.members]
    return " ".join([article.lead.text, *bullets, *[d.quantity for d in article.disagreements], *members])


def test_it_is_as_long_as_it_should_be(article: Article) -> None:
    bullets = sum(len(section.statements) for section in article.sections)
    assert 35 <= bullets <= 52
    assert 1 <= len(re.findall(r"[.!?](?:\s|$)", article.lead.text)) <= 4


@pytest.mark.parametrize(
    "matter",
    [
        r"familial share",
        r"more than 40 genes",
        r"In 1993, .*SOD1",
        r"47\.7% of familial and 5\.2% of sporadic",
        r"C9orf72 .*commonest|most common",
        r"SPTLC1 \(2021\).*ARPP21 \(2024\)",
        r"heritability estimates .* from 8% to 61%",
        r"[Oo]ligogenic",
        r"15 risk loci",
        r"which is what sporadic (ALS )?means",
        r"incidence of 1\.75",
        r"older age, male sex",
        r"male-to-female ratio",
        r"siblings .*17-fold",
        r"smoking",
        r"military service",
        r"vigorous physical activity",
        r"magnetic-field",
        r"electrical occupations",
        r"lead exposure",
        r"pesticide",
        r"[Hh]ead injury",
        r"exposome",
        r"Proving what causes",
        r"robust evidence for one association only",
        r"oxid",
        r"glutamate transporter",
        r"mitochondri",
        r"activated microglia",
        r"DNA damage",
        r"TDP-43",
        r"RNA processing",
        r"autophagy|protein degradation",
        r"axonal transport",
        r"dying-forward .* dying-back .* independent",
        r"gene-time-environment model",
        r"six-step process",
        r"two steps for ALS with SOD1|suggesting three steps",
        r"syndrome rather than one disease",
        r"common final pathway",
        r"reducing inflammation",
        r"animal model",
        r"first symptom to ALS diagnosis",
    ],
)
def test_it_covers(article: Article, matter: str) -> None:
    assert re.search(matter, words(article)), matter


def test_sources_that_disagree_are_shown_with_the_reason(article: Article) -> None:
    quantities = {disagreement.quantity for disagreement in article.disagreements}
    assert "Familial share of ALS" in quantities
    for disagreement in article.disagreements:
        assert len(disagreement.members) > 1
        assert disagreement.explanation


def test_what_is_missing_is_said(article: Article) -> None:
    assert article.gaps


def test_three_follow_ups(starter: Library, article: Article) -> None:
    assert len(article.follow_ups) == 3
    assert all(starter.ask(question).answered for question in article.follow_ups)


def test_a_patient_reads_less_of_it(starter: Library, article: Article) -> None:
    plain = starter.ask("What are the causes of ALS?", audience="patient")
    assert sum(len(section.statements) for section in plain.sections) < sum(
        len(section.statements) for section in article.sections
    )
    assert plain.reading_grade is not None
    assert plain.reading_grade <= 8


def test_a_researcher_sees_design_population_and_size(starter: Library) -> None:
    article = starter.ask("What are the causes of ALS?", audience="researcher")
    bullets = [bullet for section in article.sections for bullet in section.statements if not bullet.merged]
    assert all(bullet.basis for bullet in bullets)
    assert any("n: " in (bullet.basis or "") for bullet in bullets)


def test_a_narrow_question_gets_a_narrow_answer(starter: Library) -> None:
    article = starter.ask("How long does it take to diagnose ALS?")
    assert re.search(r"between 10 and 1[67] months", article.lead.text)
    assert 3 <= sum(len(section.statements) for section in article.sections) <= 8


def test_a_word_of_the_question_sharpens_the_answer(starter: Library) -> None:
    article = starter.ask("What causes ALS in Italy?")
    assert article.answered
    assert "Ital" in words(article)
