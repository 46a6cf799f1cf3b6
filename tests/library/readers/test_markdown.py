import time
import unicodedata
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aitia.library.document import Document, DocumentError
from aitia.library.readers.markdown import READER, inline


def read(content: str) -> Document:
    (document,) = READER.read(content.encode("utf-8", "replace"), "notes.md")
    assert isinstance(document, Document)
    return document


def told(content: str) -> list[tuple[str | None, str]]:
    return [(block.section, block.text) for block in read(content).blocks]


FRONT_MATTER = """---
title: "Coeliac disease: tests"
authors:
  - family: Holm
    given: Anna B.
  - name: Invented Coeliac Group
  - Bo Lindqvist
date: 2021-03-04
journal: Invented Journal of the Gut
doi: https://doi.org/10.5555/ABC.5
pmid: 123456
url: https://example.org/coeliac
lang: EN
---
# Coeliac disease: tests

Text.
"""


def test_front_matter() -> None:
    document = read(FRONT_MATTER)
    assert document.title == "Coeliac disease: tests"
    assert document.authors == ("Holm AB", "Invented Coeliac Group", "Lindqvist B")
    assert (document.year, document.year_rule) == (2021, "front matter date")
    assert (document.doi, document.pmid) == ("10.5555/abc.5", "123456")
    assert (document.container, document.url, document.language) == (
        "Invented Journal of the Gut",
        "https://example.org/coeliac",
        "en",
    )
    assert told(FRONT_MATTER) == [(None, "Text.")]


def test_broken_front_matter_is_told_with_its_line() -> None:
    with pytest.raises(DocumentError, match="not valid YAML at line 3"):
        read("---\ntitle: a\n  b: [\n---\ntext\n")


def test_a_rule_at_the_top_is_no_front_matter() -> None:
    assert told("---\n\nText.\n\n---\n\nMore.") == [(None, "Text."), (None, "More.")]


def test_headings_lists_quotes_tables_and_fences() -> None:
    content = """# Gout

Gout is *common*,
and it hurts.

## Treatment ##

* Rest
  and ice
* Medicine
    1. Colchicine

> Take it **early**
> and with food.

| Drug | Dose | Flares |
|:-----|-----:|---|
| Colchicine | 0.5 mg | 3 |
| a \\| b | | 4 |

```r
x <- 1
```

Diet
----
[^1]: A note
    that goes on.

[ref]: https://example.org "title"
Drink water.[^1]

# References

1. Somebody

## Of the appendix
Dropped with them.

# Appendix
<!-- unseen
words --> Kept.
"""
    assert told(content) == [
        (None, "Gout is common, and it hurts."),
        ("Treatment", "Rest and ice"),
        ("Treatment", "Medicine"),
        ("Treatment", "Colchicine"),
        ("Treatment", "Take it early and with food."),
        ("Treatment", "Drug: Colchicine; Dose: 0.5 mg; Flares: 3"),
        ("Treatment", "Drug: a | b; Flares: 4"),
        ("Diet", "Drink water."),
        ("Appendix", "Kept."),
    ]
    assert read(content).title == "Gout"


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("**Bold**, *it*, ***both***, ~~gone~~, __so__ and _too_", "Bold, it, both, gone, so and too"),
        ("HLA-B\\*27, HLA-DQB1*03:02 and `HLA-B*27:05`", "HLA-B*27, HLA-DQB1*03:02 and HLA-B*27:05"),
        ("5 * 3 and snake_case_name and p < 0.05 or > 1", "5 * 3 and snake_case_name and p < 0.05 or > 1"),
        ('see [the *trial*](https://x.y/a_(b) "t") and [this][1]', "see the trial and this"),
        ("![a picture](x.png) and [![b](c)](d) end", "and end"),
        ("<https://example.org/a_b_c>", "https://example.org/a_b_c"),
        ("kg/m<sup>2</sup>, 10^5^ and death<sup>3,4</sup>.", "kg/m², 10⁵ and death."),
        ("H<sub>2</sub>O &lt; 3&nbsp;L &amp; more", "H2O < 3 L & more"),
        ("As said [@smith2020; @li2021].", "As said."),
        ('<b>Bold</b><br>next <span class="x">one</span>', "Bold next one"),
    ],
)
def test_inline_markup_goes_and_words_stay(markup: str, words: str) -> None:
    assert inline(markup) == words


@pytest.mark.parametrize(
    "content",
    ["*a " * 60_000, "[" * 60_000, "[](" * 40_000, "`a" * 60_000, "<a " * 60_000, "!" * 9 + "[x](" * 30_000],
)
def test_hostile_markup_takes_no_more_time_than_its_length(content: str) -> None:
    begun = time.perf_counter()
    with suppress(DocumentError):
        read(content)
    assert time.perf_counter() - begun < 20


def test_nested_front_matter_is_refused() -> None:
    with pytest.raises(DocumentError, match="front matter"):
        read("---\ntitle: " + "[" * 5000 + "\n---\ntext")


def clean(text: str) -> bool:
    return text == " ".join(text.split()) and unicodedata.is_normalized("NFC", text)


@given(st.one_of(st.text(), st.text(alphabet='aB1 \n\t#*_`[]()|-=>!^<sup/:é\u0301\\"~&;')))
@example("---\na: &a [*a]\n---\n# x")
@example("---\n2020-13-45: 1\ntitle: [1]\nauthors: {a: b}\n---\n")
@example("|\n|-|\n|")
def test_any_text_gives_clean_blocks_or_a_document_error(content: str) -> None:
    try:
        document = read(content)
    except DocumentError:
        return
    assert clean(document.title)
    assert all(clean(block.text) and block.text and clean(block.section or "") for block in document.blocks)
