"""The starter library holds what it was made from."""

from typing import Any

import pytest
import yaml

from aitia import Library
from aitia.evidence.nouns import Certainty
from tests.conftest import SHARED

EVIDENCE = SHARED / "evidence"
AREAS = (
    "additions",
    "environment",
    "epidemiology-guidelines",
    "genes",
    "genetic-epidemiology",
    "mechanisms",
    "onset-spread-models",
)


def evidence(name: str) -> list[dict[str, Any]]:
    file = EVIDENCE / f"{name}.yaml"
    if not file.is_file():
        pytest.skip("the shared evidence is not here")
    data: list[dict[str, Any]] = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return data


def test_it_is_large_enough_and_every_statement_has_a_plain_wording(starter: Library) -> None:
    assert len(starter.contents.sources) >= 287
    assert len(starter.contents.statements) >= 730
    assert all(statement.plain for statement in starter.contents.statements)
    assert all(topic.definition for topic in starter.contents.topics)
    assert [topic.id for topic in starter.contents.topics if not topic.question] == ["definition"]


def test_no_source_of_the_evidence_is_lost(starter: Library) -> None:
    held = {source.id: source for source in starter.contents.sources}
    for area in AREAS:
        for record in evidence(area):
            source = held[record["id"]]
            assert source.title == record["title"]
            assert source.kind == record["type"]
            assert source.year == record["year"]
            for field in ("doi", "pmid", "pmcid", "population"):
                if record.get(field):
                    assert getattr(source, field) == str(record[field])
            if record["authors"]:
                assert list(source.authors) == record["authors"]


def test_no_statement_of_the_evidence_is_lost(starter: Library) -> None:
    held = {statement.id: statement for statement in starter.contents.statements}
    cited_beside = {source for statement in held.values() for source in statement.also}
    # Figures renamed so that only like is compared with like, or a count given in full instead of in millions.
    mended = {
        *(
            "horner-2008-gulf-war-outbreak.1",
            "nakken-2019-bmi-norway.1",
            "burchardt-2022-england-incidence.1",
        ),
        *("natrevneurol-2023-exposome.2", "erazo-2021-latin-america.3", "wijesekera-2009-orphanet.1"),
        "annneurol-2013-family-aggregation.2",
    }
    for area in AREAS:
        for record in evidence(area):
            for number, wanted in enumerate(record["statements"], 1):
                statement = held.get(f"{record['id']}.{number}")
                if statement is None:
                    assert record["id"] in cited_beside, "a dropped duplicate must be cited by the one kept"
                    continue
                assert statement.text.replace("{", "").replace("}", "") == " ".join(wanted["text"].split())
                assert statement.certainty == wanted["certainty"]
                if statement.id in mended:
                    assert len(statement.figures) == len(wanted["figures"])
                else:
                    values = [(figure.name, figure.value, figure.unit) for figure in statement.figures]
                    assert values == [(f["name"], f["value"], f["unit"]) for f in wanted["figures"]]


def test_what_is_missing_in_a_record_is_said(starter: Library) -> None:
    for source in starter.contents.sources:
        if not source.authors or not (source.doi or source.pmid):
            assert source.note, source.id


def test_every_grade_of_certainty_is_used(starter: Library) -> None:
    assert {statement.certainty for statement in starter.contents.statements} == set(Certainty)
