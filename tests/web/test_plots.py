"""Plots say what the library's figures say."""

import re

import pytest
from lxml import etree
from markupsafe import Markup
from msgspec.structs import replace

from aitia import Library
from aitia.evidence.article import AUDIENCES
from aitia.evidence.nouns import Standing
from aitia.web.plots import Plot, plots
from aitia.web.svg import Interval, interval_plot

QUESTIONS = (
    "What are the causes of ALS?",
    "Does smoking cause ALS?",
    "Is ALS hereditary?",
    "How common is ALS?",
    "Does head injury cause ALS?",
)


def _all(starter: Library) -> list[Plot]:
    return [
        plot
        for question in QUESTIONS
        for audience in AUDIENCES
        for plot in plots(starter.ask(question, audience), starter.contents)
    ]


def test_drawings_are_well_formed_and_carry_no_style_script_or_address(starter: Library) -> None:
    for plot in _all(starter):
        drawn = etree.fromstring(str(plot.svg))
        assert drawn.get("role") == "img"
        assert plot.title in drawn.get("aria-label", "")
        for element in drawn.iter():
            assert element.tag in {"svg", "line", "circle", "text"}
            assert not {"style", "href", "onload", "onclick"} & set(element.keys())


def test_every_row_of_a_table_cites_a_reference_and_states_a_figure_of_that_source(starter: Library) -> None:
    seen = 0
    for question in QUESTIONS:
        article = starter.ask(question, "clinician")
        numbers = {reference.number: reference.id for reference in article.references}
        for plot in plots(article, starter.contents):
            if "Estimate" not in plot.columns:
                continue
            for source, _, words in plot.rows:
                held = [
                    float(figure.value)
                    for statement in starter.contents.statements
                    if statement.source_id == numbers[int(re.findall(r"\[(\d+)\]", source)[-1])]
                    for figure in statement.figures
                ]
                first = float(re.findall(r"-?[\d,]+(?:\.\d+)?", words)[0].replace(",", ""))
                assert first in held, (question, source, words)
                seen += 1
    assert seen > 30


def test_a_dot_stands_where_its_value_lies_on_the_logarithmic_axis() -> None:
    rows = [Interval("a", "2", 2.0, 1.0, 4.0), Interval("b", "0.5", 0.5, 0.25, 1.0)]
    drawn = etree.fromstring(str(interval_plot("t", rows, unit="", is_ratio=True)))
    one = float(drawn.find(".//*[@class='plot-none']").get("x1"))  # type: ignore[union-attr, arg-type]
    places = [float(dot.get("cx", "nan")) for dot in drawn.iter("circle")]
    assert places[0] - one == pytest.approx(one - places[1], abs=0.3)


def test_a_hostile_label_stays_text() -> None:
    rows = [Interval("</text><script>alert(1)</script>", '"><b>', 1.0, None, None)]
    drawn = interval_plot('"><script>', rows, unit="<b>", is_ratio=False)
    assert isinstance(drawn, Markup)
    assert {element.tag for element in etree.fromstring(str(drawn)).iter()} <= {
        "svg",
        "line",
        "circle",
        "text",
    }


def test_the_figures_stand_beside_their_bar_where_there_is_room() -> None:
    rows = [
        Interval("left", "0.2 (0.1 to 0.3)", 0.2, 0.1, 0.3),
        Interval("right", "20 (10 to 30)", 20.0, 10.0, 30.0),
        Interval("all across", "2 (0.1 to 30)", 2.0, 0.1, 30.0),
    ]
    drawn = etree.fromstring(str(interval_plot("t", rows, unit="", is_ratio=True)))
    beside = {one.text: one for one in drawn.iter("text") if "(" in (one.text or "")}
    bars = {one.get("y1"): one for one in drawn.iter("line") if one.get("class") == "plot-bar"}
    assert list(beside) == ["0.2 (0.1 to 0.3)", "20 (10 to 30)"]
    first, second = (
        float(bar.get("x2" if place == 0 else "x1", "nan"))
        for place, bar in zip((0, 1), bars.values(), strict=False)
    )
    assert float(beside["0.2 (0.1 to 0.3)"].get("x", "nan")) > first
    assert float(beside["20 (10 to 30)"].get("x", "nan")) < second


def test_what_a_source_tells_as_hearsay_is_not_drawn_as_its_estimate(starter: Library) -> None:
    article = starter.ask("What are the causes of ALS?")
    rows = [row for plot in plots(article, starter.contents) for row in plot.rows]
    assert any("Byrne" in row[0] for row in rows)
    assert not any("often quoted" in cell for row in rows for cell in row)


def test_a_retracted_source_is_not_drawn(starter: Library) -> None:
    article = starter.ask("Is ALS hereditary?")
    before = plots(article, starter.contents)[0]
    number = int(before.rows[0][0].split("[")[-1].rstrip("]"))
    references = tuple(
        replace(reference, standing=Standing.RETRACTED) if reference.number == number else reference
        for reference in article.references
    )
    after = plots(replace(article, references=references), starter.contents)[0]
    assert any(f"[{number}]" in row[0] for row in before.rows)
    assert not any(f"[{number}]" in row[0] for row in after.rows)
