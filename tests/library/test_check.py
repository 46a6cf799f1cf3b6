"""`aitia library check` finds each kind of mistake, with its line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from aitia.library.check import Finding, check
from aitia.library.locate import starter_folder

Edit = Callable[[str, str, str], Path]
SOURCES = "sources/all.yaml"


def errors(folder: Path) -> list[Finding]:
    return [finding for finding in check(folder) if finding.level == "error"]


def test_the_starter_library_passes() -> None:
    assert check(starter_folder()) == []


def test_the_test_library_passes(copy_of_glimmer: Path) -> None:
    assert errors(copy_of_glimmer) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "rule", "line"),
    [
        (SOURCES, "certainty: high", "certainty: sure", "schema", 13),
        (SOURCES, "  title: A made-up register", "  titel: A made-up register", "schema", 26),
        (SOURCES, "id: candela-2022\n", "id: lumen-2020\n", "doubled id", 26),
        (SOURCES, "id: lumen-2020.2", "id: lumen-2020.1", "doubled id", 14),
        (SOURCES, "topics: [incidence]", "topics: [incidents]", "unknown topic", 45),
        (
            SOURCES,
            "about 12% of glimmer fever.\n    plain",
            "about 13% of glimmer fever.\n    plain",
            "figures",
            20,
        ),
        (SOURCES, "value: 8, low: 6", "value: 9, low: 6", "figures", 40),
        (SOURCES, "low: 6, high: 10", "low: 10, high: 6", "figures", 40),
        (SOURCES, "plain: On two islands, 8%", "plain: On two islands, 7%", "figures", 37),
        (SOURCES, "doi: 10.9999/lumen.2020", "doi: https://doi.org/10.9999/x", "identifier", 6),
        (SOURCES, "kind: cohort", "pmid: '0123'\n  kind: cohort", "identifier", 55),
        (SOURCES, "Variants of GLOW1 {cause}", "Variants of GLOW1 {cause} or {bring}", "verb slot", 20),
        (SOURCES, "Variants of GLOW1 {cause}", "Variants of GLOW1 cause", "verb slot", 21),
        (
            SOURCES,
            "plain: Glimmer fever is an illness.",
            "plain: Characteristically, bioluminescent dermatological manifestations predominate.",
            "reading grade",
            11,
        ),
        ("topics.yaml", "- id: smoking\n", "- id: incidence\n", "doubled id", 31),
        ("library.yaml", 'version: "1"\n', "", "schema", 2),
        (
            "topics.yaml",
            "  facet: definition\n",
            "  facet: definition\n  facet: genetics\n",
            "doubled key",
            3,
        ),
    ],
)
def test_a_mistake_is_found_at_its_line(
    edited: Edit, file: str, old: str, new: str, rule: str, line: int
) -> None:
    found = errors(edited(file, old, new))
    assert (file, line, rule) in [(finding.file, finding.line, finding.rule) for finding in found], found


def test_all_mistakes_are_found_at_once(edited: Edit) -> None:
    edited(SOURCES, "certainty: high", "certainty: sure")
    edited(SOURCES, "year: 2022", "year: soon")
    folder = edited("topics.yaml", "label: Smoking", "lable: Smoking")
    assert {finding.file for finding in errors(folder)} == {SOURCES, "topics.yaml"}
    assert len([finding for finding in errors(folder) if finding.rule == "schema"]) == 3


def test_near_duplicates_and_firm_verbs_are_warned_of(edited: Edit) -> None:
    edited(
        SOURCES,
        "  - id: lumen-2020.3",
        "  - id: lumen-2020.twin\n"
        "    text: The causes of glimmer fever are only partly understood; genes and smoking were proposed.\n"
        "    topics: [gene-glow1]\n"
        "    certainty: low\n"
        "  - id: lumen-2020.firm\n"
        "    text: Moonlight causes glimmer fever.\n"
        "    topics: [smoking]\n"
        "    certainty: very-low\n"
        "  - id: lumen-2020.3",
    )
    found = {
        (finding.level, finding.rule) for finding in check(edited(SOURCES, "- id: phare", "- id: phare"))
    }
    assert ("warning", "near duplicate") in found
    assert ("warning", "verb") in found
    assert ("warning", "no plain wording") in found


def test_a_source_that_cannot_be_identified_must_say_so(edited: Edit) -> None:
    folder = edited(SOURCES, "  doi: 10.9999/lumen.2020\n", "")
    assert [finding.rule for finding in check(folder)] == ["incomplete"]
    edited(SOURCES, "  kind: review\n", "  kind: review\n  note: It has no DOI.\n")
    assert check(folder) == []


def test_disagreements_must_cite_what_is_there(copy_of_glimmer: Path) -> None:
    (copy_of_glimmer / "disagreements.yaml").write_text(
        "- id: share\n  quantity: Share\n  kind: figures\n  topics: [nothing]\n  explanation: Unknown.\n"
        "  members:\n  - {source: nobody, statement: nobody.1, says: much}\n",
        encoding="utf-8",
    )
    assert {finding.rule for finding in errors(copy_of_glimmer)} == {
        "unknown topic",
        "unknown source",
        "unknown statement",
    }
