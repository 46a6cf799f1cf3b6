"""How often the flags on a proposed wording are right: measured on wordings for real statements."""

import re
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from msgspec import Struct, convert
from msgspec.structs import replace

from aitia import Library
from aitia.evidence.article import AUDIENCES
from aitia.evidence.nouns import Certainty, Figure, Statement
from aitia.evidence.wording import said
from aitia.review.editing import edited, places
from aitia.review.errors import NotFoundError
from aitia.review.wording import departures, flags
from aitia.review.wording_figures import numbers_in


class Pair(Struct, frozen=True, forbid_unknown_fields=True, rename={"audience": "for"}):
    """A wording, and the kinds of departure that a person sees in it."""

    statement: str
    audience: str
    says: str
    proposed: str
    departs: tuple[str, ...]


def read(part: str) -> list[Pair]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    lists = yaml.load(Path(__file__).with_name("wordings.yaml").read_text(encoding="utf-8"), Loader=loader)
    return convert(lists[part], list[Pair])


class Score(NamedTuple):
    """Shares of flags that are right, and of departures that are flagged: of wordings, and of kinds in them."""

    precision: float
    recall: float
    kind_precision: float
    kind_recall: float


def score(pairs: list[Pair], statements: dict[str, Statement]) -> Score:
    told: Counter[str] = Counter()
    for pair in pairs:
        statement = statements.get(pair.statement)
        found = departures(
            pair.says,
            pair.proposed,
            certainty=statement.certainty if statement else None,
            figures=statement.figures if statement else (),
            audience=pair.audience,
            about="What causes ALS?",
        )
        kinds, meant = {one.kind for one in found}, set(pair.departs)
        told["right kinds"] += len(kinds & meant)
        told["kinds"] += len(kinds)
        told["meant kinds"] += len(meant)
        told["right"] += bool(kinds and meant)
        told["flagged"] += bool(kinds)
        told["meant"] += bool(meant)
    return Score(
        told["right"] / told["flagged"],
        told["right"] / told["meant"],
        told["right kinds"] / told["kinds"],
        told["right kinds"] / told["meant kinds"],
    )


@pytest.fixture(scope="module")
def statements(starter: Library) -> dict[str, Statement]:
    return {statement.id: statement for statement in starter.contents.statements}


def test_the_pairs_are_on_statements_of_the_library(statements: dict[str, Statement]) -> None:
    pairs = [*read("made-with"), *read("held-out")]
    assert len(pairs) > 150
    assert len(read("held-out")) >= 40
    still = sum(
        pair.statement in statements and said(statements[pair.statement], pair.audience) == pair.says
        for pair in pairs
    )
    assert still > 0.9 * len(pairs), "the library has moved on: write the pairs anew from its present wording"


def test_wordings_that_the_rules_have_not_seen(statements: dict[str, Statement]) -> None:
    found = score(read("held-out"), statements)
    print("held out:", found)
    assert found.precision >= 0.9
    assert found.recall >= 0.75
    assert found.kind_precision >= 0.85
    assert found.kind_recall >= 0.7


def test_wordings_that_the_rules_were_made_with(statements: dict[str, Statement]) -> None:
    found = score(read("made-with"), statements)
    print("made with:", found)
    assert min(found) >= 0.95


def test_a_statement_does_not_depart_from_itself(starter: Library) -> None:
    for statement in starter.contents.statements:
        for audience in ("patient", "clinician"):
            text = said(statement, audience)
            assert departures(text, f" {text.replace(' ', '  ')}\n", audience=audience) == ()


def test_every_changed_figure_is_flagged(starter: Library) -> None:
    tried = 0
    for statement in starter.contents.statements:
        text = said(statement, "clinician")
        for number in numbers_in(text):
            if not text[number.start].isdigit():
                continue
            digits = re.match(r"[\d.,]*\d", text[number.start :])
            assert digits is not None
            last = "7" if digits[0][-1] != "7" else "3"
            at = number.start + len(digits[0]) - 1
            changed = text[:at] + last + text[at + 1 :]
            kinds = {one.kind for one in departures(text, changed)}
            assert "figure-changed" in kinds, (text, changed)
            tried += 1
    assert tried > 1000


def test_every_doubt_taken_out_is_flagged(starter: Library) -> None:
    for statement in starter.contents.statements:
        for audience in ("patient", "clinician"):
            text = said(statement, audience)
            for doubt in (" may ", " probably "):
                if doubt in text:
                    found = departures(text, text.replace(doubt, " ", 1))
                    assert "certainty-raised" in {one.kind for one in found}, text


def test_the_flags_are_sentences(starter: Library) -> None:
    article = starter.ask("How heritable is ALS?")
    text = places(article)[1].text
    assert flags(article, "1.1", text) == ()
    assert flags(article, "1.1", text.replace("52.3%", "25.3%")) == ("“52.3%” has become “25.3%”.",)
    assert flags(article, "1.1", text.replace(" (95% CI 42.9 to 61.7)", "")) == (
        "the interval 42.9 to 61.7 is left out.",
    )
    assert flags(article, "1.1", f"{text} It was 77 years in twins.") == (
        "“77 years” is not a figure of the statement.",
        "“twins” is new: the original is not about it.",
    )
    with pytest.raises(NotFoundError, match=r"no place '7\.7'"):
        flags(article, "7.7", text)


def test_each_kind_of_departure_has_its_words() -> None:
    def told(original: str, proposed: str, audience: str = "clinician") -> dict[str, str]:
        found = departures(original, proposed, certainty=Certainty.LOW, audience=audience)
        return {one.kind: one.words for one in found}

    assert told("Smoking may raise the risk.", "Smoking raises the risk.") == {
        "certainty-raised": "“may” is gone. Its certainty is low."
    }
    assert told("Smoking may raise the risk.", "Smoking probably raises the risk.") == {
        "certainty-raised": "“may” gives way to “probably”. Its certainty is low."
    }
    assert told("Lead is linked to ALS.", "Lead causes ALS.") == {
        "cause": "“causes” tells of a cause; the original does not."
    }
    assert told("It was not found in men.", "It was found in men.") == {
        "negation": "“not” is gone: the original denies something."
    }
    assert told("Rates were higher in men.", "Rates were lower in men.") == {
        "direction": "“higher” has become “lower”."
    }
    assert told("About 5% of men had it.", "5% of men had it.") == {
        "hedge-dropped": "“about” beside “5%” is gone."
    }
    assert told("It was rare in Japanese men.", "It was rare in men.") == {
        "population": "“japanese” is left out: whom or what it is about."
    }
    assert told("SOD1 is a gene.", "FUS is a gene.") == {"name": "“FUS” is not named in the original."}
    assert told("It slows the disease.", "It always slows the disease.") == {
        "absolute": "“always” leaves less room than the original."
    }
    drug = "Riluzole is a drug."
    assert "patients are given no doses" in told(drug, f"{drug} Take 50 mg twice a day.", "patient")["dose"]
    assert "dose" not in told(drug, f"{drug} Take 50 mg twice a day.")


def test_numbers_in_words_are_numbers() -> None:
    def values(text: str) -> list[tuple[float, str]]:
        return [(number.value, number.unit) for number in numbers_in(text)]

    assert values("Half of twenty-five people, twice in seven years") == [
        (50, "%"),
        (25, ""),
        (2, "times"),
        (7, "year"),
    ]
    assert values("1 in 350, 5 to 10%, 2.5 million, 1,120 and 95% CI 0.5-0.7") == [
        (350, ""),
        (5, "%"),
        (10, "%"),
        (2.5e6, ""),
        (1120, ""),
        (0.5, ""),
        (0.7, ""),
    ]
    assert values("SOD1, TDP-43, C9orf72, IL-10 and p.R238G") == []
    assert {one.kind for one in departures("after 14 months", "after 14 years")} == {"figure-changed"}
    assert {one.kind for one in departures("0.11% per year", "0.11% per month")} == {"figure-changed"}
    for same in (("50% of men", "half of men"), ("seven men", "7 men"), ("27.0 months", "27 months")):
        assert departures(*same) == ()


def test_a_figure_of_the_statement_may_be_added() -> None:
    figure = Figure("odds ratio", 1.12, "1", 1.03, 1.21, "95% CI")
    original = "Smoking was linked to ALS (odds ratio 1.12)."
    proposed = "Smoking was linked to ALS (odds ratio 1.12, 95% CI 1.03 to 1.21)."
    assert departures(original, proposed, figures=(figure,)) == ()
    assert {one.kind for one in departures(original, proposed)} == {"figure-added"}


def test_the_lead_may_use_the_figures_of_the_statements_behind_it(starter: Library) -> None:
    for audience in AUDIENCES:
        article = starter.ask("Does smoking cause ALS?", audience)
        first = places(article)[1]
        (value,) = {figure.value for figure in first.figures if figure.name.startswith("odds")}
        assert first.statement_ids[0] in article.lead.statement_ids
        text = f"{article.lead.text} The odds were {value} times as high."
        assert flags(article, "lead", text) == ()


def test_a_wording_is_held_against_the_version_that_it_is_for(starter: Library) -> None:
    article = edited(starter.ask("How heritable is ALS?"), {"1.1": "It was 5% in men."})
    assert flags(article, "1.1", "It was 5% in women.") == (
        "“men” is left out: whom or what it is about.",
        "“women” is new: the original is not about it.",
    )


def test_hostile_wordings_are_judged_at_once(starter: Library) -> None:
    article = starter.ask("How heritable is ALS?")
    started = time.perf_counter()
    for text in (
        "not may 5 " * 500,
        "5.5 to 7.7 men in 3 " * 250,
        "the risk of making made " * 200,
        "(" * 5000,
    ):
        flags(article, "lead", text)
        flags(edited(article, {"lead": text}), "lead", article.lead.text)
        departures(text, text[::-1], figures=[replace(Figure("x", 1, "1"), value=n) for n in range(50)])
    assert time.perf_counter() - started < 4
