"""The certainty picks the verb."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitia.evidence.nouns import Certainty, Statement
from aitia.evidence.wording import base_form, said, with_certainty


@pytest.mark.parametrize(
    ("certainty", "text"),
    [
        (Certainty.HIGH, "Smoking raises the risk."),
        (Certainty.MODERATE, "Smoking probably raises the risk."),
        (Certainty.LOW, "Smoking may raise the risk."),
        (Certainty.VERY_LOW, "It is very uncertain whether smoking raises the risk."),
    ],
)
def test_each_grade_has_its_wording(certainty: Certainty, text: str) -> None:
    assert with_certainty("Smoking {raises} the risk.", certainty) == text


def test_to_be_takes_its_adverb_after_the_verb() -> None:
    assert with_certainty("ALS {is} rare.", Certainty.MODERATE) == "ALS is probably rare."
    assert with_certainty("Genes {are} involved.", Certainty.LOW) == "Genes may be involved."


def test_names_keep_their_capitals_when_uncertainty_is_put_before_them() -> None:
    for name in ("ALS", "C9orf72", "TDP-43", "SOD1"):
        text = with_certainty(f"{name} {{spreads}} fast.", Certainty.VERY_LOW)
        assert text == f"It is very uncertain whether {name} spreads fast."


@pytest.mark.parametrize(
    ("verb", "base"),
    [
        ("raises", "raise"),
        ("causes", "cause"),
        ("is", "be"),
        ("has", "have"),
        ("passes", "pass"),
        ("carry", "carry"),
    ],
)
def test_base_forms(verb: str, base: str) -> None:
    assert base_form(verb) == base


@given(st.text(alphabet=st.characters(exclude_characters="{}")), st.sampled_from(Certainty))
def test_a_text_without_a_slot_is_never_changed(text: str, certainty: Certainty) -> None:
    assert with_certainty(text, certainty) == text


@given(st.sampled_from(["raises", "is", "are", "causes", "has"]), st.sampled_from(Certainty))
def test_no_brace_is_ever_shown(verb: str, certainty: Certainty) -> None:
    assert not re.search(r"[{}]", with_certainty(f"Age {{{verb}}} a matter of debate.", certainty))


def test_patients_read_the_plain_wording_and_others_the_text() -> None:
    statement = Statement(
        id="a.1",
        source_id="a",
        text="X {causes} Y.",
        plain="X {brings} Y.",
        topics=("t",),
        certainty=Certainty.LOW,
    )
    assert said(statement, "patient") == "X may bring Y."
    assert said(statement, "clinician") == said(statement, "researcher") == "X may cause Y."
