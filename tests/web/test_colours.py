"""The colours of both themes, by the contrast that WCAG 2.2 asks for (levels AA, 1.4.3 and 1.4.11)."""

import re
from importlib.resources import files

import pytest

SHEET = (files("aitia.web") / "static" / "aitia.css").read_text(encoding="utf-8")
PAPERS = ("--paper", "--paper-raised", "--caution-paper", "--bad-paper", "--good-paper")
TEXT = {
    "--ink": (*PAPERS, "--mark"),
    "--ink-soft": PAPERS,
    "--accent": PAPERS,
    "--accent-ink": ("--accent",),
    "--good": ("--paper", "--good-paper"),
    "--caution": ("--paper", "--caution-paper"),
    "--bad": ("--paper", "--paper-raised", "--bad-paper"),
    "--paper": ("--bad", "--ink"),
}
"""Words of which colour stand on which paper."""


def theme(selector: str) -> dict[str, str]:
    start = SHEET.index(selector)
    return dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6});", SHEET[start : SHEET.index("}", start)]))


THEMES = {"light": theme(":root {"), "dark": theme('html[data-theme="dark"]')}


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_computed_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize("name", THEMES)
def test_words_can_be_read_on_every_paper(name: str) -> None:
    colours = THEMES[name]
    low = {
        (ink, paper): round(contrast(colours[ink], colours[paper]), 2)
        for ink, papers in TEXT.items()
        for paper in papers
        if contrast(colours[ink], colours[paper]) < 4.5
    }
    assert not low


@pytest.mark.parametrize("name", THEMES)
def test_edges_of_fields_and_marks_of_state_can_be_seen(name: str) -> None:
    colours = THEMES[name]
    for paper in ("--paper", "--paper-raised"):
        assert contrast(colours["--line-strong"], colours[paper]) >= 3


def test_the_dark_theme_is_one_whether_chosen_or_the_systems() -> None:
    assert theme('html:not([data-theme="light"])') == THEMES["dark"]
    assert THEMES["dark"].keys() == THEMES["light"].keys()
