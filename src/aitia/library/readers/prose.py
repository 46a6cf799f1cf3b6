"""Words as a reader of an answer should see them: what typesetting adds to text is taken out, nothing else."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from itertools import groupby
from operator import itemgetter

from msgspec import Struct

_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
# Symbol fonts keep their signs in the private use area, at U+F000 plus the code of the Adobe Symbol encoding.
_SYMBOLS = str.maketrans(
    {0xF000 + code: chr(code) for code in (*range(0x21, 0x40), 0x5B, 0x5D, 0x7B, 0x7C, 0x7D)}
    | {0xF000 + code: sign for code, sign in enumerate("ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ", 0x41)}
    | {0xF000 + code: sign for code, sign in enumerate("αβχδεφγηιϕκλμνοπθρστυϖωξψζ", 0x61)}
    | {0xF000 + code: sign for code, sign in enumerate("′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…", 0xA2)}
    | {0xF02D: "−", 0xF07E: "∼", 0xF0A7: "▪", 0xF0E5: "∑", 0xF0D6: "√", 0xF0D2: "®", 0xF0D3: "©", 0xF0D4: "™"}
)
_PRIVATE = re.compile("[\ue000-\uf8ff]+")
# Soft hyphens, zero-width marks, marks of writing direction, tags, byte order marks, and halves of surrogate pairs.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e0fff]+"
)
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x7f\x80-\x84\x86-\x9f]+")

_RAISED = str.maketrans("0123456789+-−–=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿ")
_CITATION = re.compile(r"[\[(]?\d{1,3}[a-z]?(?:\s?[,;–—‑‐-]\s?\d{1,3}[a-z]?){0,40}\s?[,;]?[\])]?")
_NOTE = re.compile(r"[*∗⁎†‡§¶‖#]{1,6}|(?:\[[^\]]{1,40}\]){1,40}")
_EXPONENT = re.compile(r"[-−–]?\d{1,2}")
_CHARGE = re.compile(r"\d?[+−–-]")
_ORDINAL = re.compile(r"(?:st|nd|rd|th|e|er|o|a|º|ª)", re.IGNORECASE)
_LENGTH_UNIT = re.compile(r"(?:^|[\s\d/·⋅×(])(?:[kcdmµμn]?m|ft)$")
_SYMBOL = re.compile(r"(?:^|[^\w])[RrxXhfχΧηωτσλI]$")
_TYPE_BEFORE_I = re.compile(
    r"(?:types?|class|stages?|phase|grade|complex|angiotensin|factor|bipolar|level|part|group|study|cohort) I$",
    re.IGNORECASE,
)
_TEN = re.compile(r"(?:^|[^\d.,])10$")
_TIMES_TEN = re.compile(r"[×x·⋅*]\s?10$")
_ELEMENT = re.compile(r"[A-Z][a-z]?(?![a-z])")
# The isotopes that medical texts speak of.
_ISOTOPES = re.compile(
    r"[23]H|3He|1[1-4]C|1[35]N|1[578]O|1[89]F|2[23]Na|3[123]P|35S|51Cr|59Fe|(?:57|58|60)Co|6[47]Cu|6[78]Ga|75Se|"
    r"7[67]Br|81mKr|82Rb|8[69]Y|90Y|89Sr|90Sr|89Zr|99Mo|99m?Tc|111In|1(?:23|24|25|31)I|1(?:27|29|33)Xe|137Cs|"
    r"153(?:Sm|Gd)|166Ho|169Er|177Lu|18[68]Re|192Ir|198Au|201Tl|2(?:03|12)Pb|213Bi|211At|22[36]Ra|225Ac|227Th|"
    r"23[58]U|239Pu|241Am"
)
OPEN, CLOSE = "⸨", "⸩"
"""Two signs that medical texts do not use: they mark superscripts where only a string can be handed on."""
_MARKED = re.compile(f"{OPEN}([^{OPEN}{CLOSE}]*){CLOSE}")

_LINE_END_HYPHENS = "-‐\u00ad\u0002"
_LAST_WORD = re.compile(r"[^\W\d_]+$")
_FIRST_WORD = re.compile(r"[^\W\d_]+")
_SUSPENDED = re.compile(r"(?:and|or|to|und|oder|bis|et|ou|y|o|e)\b")
_WORD = re.compile(r"[^\W\d_]+(?:[-‐][^\W\d_]+)*")
# Short words that begin many longer ones: two words met apart say nothing about their being one word here.
_BEGINNING = re.compile(
    r"over|under|out|up|in|on|off|with|how|there|here|where|every|some|any|may|can|not|be|for|to|by|an|at|so|all"
)
# What rarely stands before a hyphen within a word unless the hyphen belongs there.
_HYPHENATED = re.compile(
    r"non|self|well|long|short|high|low|double|single|half|post|pre|semi|quasi|cross|meta|age|sex|dose|time|placebo|"
    r"evidence|health|quality|disease|follow|first|second|third|one|two|three|four|five|six|seven|eight|nine|ten"
)


class Run(Struct, frozen=True):
    """Letters that stand at one height of the line."""

    text: str
    raised: bool = False


def tidy(text: str) -> str:
    """Single spaces, no control or invisible characters, ligatures spelt out, Unicode NFC.

    Compatibility forms such as m² are kept: NFKC would make them m2. Signs of symbol fonts become Unicode's own;
    a private character that is none of them becomes U+FFFD, so that a missing sign is seen to be missing.
    """
    if text.isascii():
        return " ".join(_CONTROLS.sub("", text).split())
    text = _UNSEEN.sub("", _CONTROLS.sub("", text.translate(_LIGATURES)))
    if _PRIVATE.search(text):
        text = _PRIVATE.sub("\ufffd", text.translate(_SYMBOLS))
    return " ".join(unicodedata.normalize("NFC", text).split())


def marked(text: str) -> str:
    """As `prose`, for text whose superscripts stand between `OPEN` and `CLOSE`."""
    runs, position = [], 0
    for match in _MARKED.finditer(text):
        runs += [Run(text[position : match.start()]), Run(match[1], raised=True)]
        position = match.end()
    return prose([*runs, Run(text[position:])]).replace(OPEN, "").replace(CLOSE, "")


def prose(runs: Sequence[Run]) -> str:
    """The text of a paragraph whose superscripts are known: marks of citations go, exponents and charges stay.

    A kept superscript is written in Unicode's own (10⁵, m², Ca²⁺, ⁹⁹ᵐTc) where all of it can be.
    """
    merged = _merged(runs)
    parts: list[str] = []
    for index, run in enumerate(merged):
        if not run.raised:
            parts.append(run.text)
            continue
        after = merged[index + 1].text[:40] if index + 1 < len(merged) else ""
        kept = raised(parts[-1] if parts else "", run.text, after)
        if kept:
            parts.append(kept)
        elif parts and (after[:1] in ".,;:)]" or not after or after[:1].isspace()):
            parts[-1] = parts[-1].rstrip()
    return tidy("".join(parts))


def raised(before: str, mark: str, after: str) -> str:
    """What to show for a superscript between two texts; empty if it is the mark of a citation or footnote.

    A number after a number is an exponent only on 10; after a unit of length or the letter of a statistic
    (R², I², χ²) only 2 or 3; before an element's symbol it is an isotope. What is in doubt counts as a citation
    only if it is made of numbers of up to three figures.
    """
    mark = "".join(mark.split())
    if not mark:
        return ""
    element = _ELEMENT.match(after)
    if element and not before[-1:].isalnum() and _ISOTOPES.fullmatch(mark + element.group()):
        return mark.translate(_RAISED).replace("m", "ᵐ")
    before = tidy(before[-40:])
    if mark in "oO0º°" and before[-1:].isdigit() and after.lstrip()[:1] in ("C", "F"):
        return "°"
    if _EXPONENT.fullmatch(mark) and _is_exponent(before, mark):
        return mark.translate(_RAISED)
    if _NOTE.fullmatch(mark) or _CITATION.fullmatch(mark):
        return ""
    if before[-1:].isalpha() and _CHARGE.fullmatch(mark):
        return mark.translate(_RAISED)
    at_end = not after.strip() and before[-1:].islower()
    if re.fullmatch(r"[a-h](?:,[a-h]){0,4}", mark) and (
        at_end or before[-1:].isdigit() or before[-1:] in ("%", ")")
    ):
        return ""
    return mark


def _is_exponent(before: str, mark: str) -> bool:
    if mark[0] in "-−–":
        return before[-1:].isalnum()
    if _TEN.search(before):
        return len(mark) == 1 or bool(_TIMES_TEN.search(before))
    if mark not in ("2", "3"):
        return False
    if _LENGTH_UNIT.search(before):
        return True
    return mark == "2" and bool(_SYMBOL.search(before)) and not _TYPE_BEFORE_I.search(before)


def _merged(runs: Sequence[Run]) -> list[Run]:
    """Neighbouring runs of one height as one; a comma or dash between two superscripts belongs to them."""
    present = [run for run in runs if run.text]
    heights = [run.raised for run in present]
    for index in range(1, len(present) - 1):
        if present[index].text.strip() in (",", "–", "-", ";") and heights[index - 1] and heights[index + 1]:
            heights[index] = True
    pairs = zip(heights, (run.text for run in present), strict=True)
    return [
        Run("".join(text for _, text in together), height)
        for height, together in groupby(pairs, key=itemgetter(0))
    ]


def vocabulary(lines: Iterable[str]) -> frozenset[str]:
    """The words of a document's lines in lower case, hyphenated ones whole and in parts, for `join_lines`.

    What stands on either side of a hyphen at the end of a line is no witness.
    """
    words: set[str] = set()
    broken = False
    for line in lines:
        found = _WORD.findall(line.lower())
        if broken:
            found = found[1:]
        broken = line.rstrip()[-1:] in tuple(_LINE_END_HYPHENS)
        if broken:
            found = found[:-1]
        for word in found:
            word = word.replace("‐", "-")
            words.add(word)
            if "-" in word:
                words.update(word.split("-"))
    return frozenset(words)


def join_lines(lines: Sequence[str], words: Collection[str] = ()) -> str:
    """Lines of one paragraph as running text, with words that were broken at a line's end made whole.

    Whether a hyphen at the end of a line belongs to the word is decided by the rest of the document, `words`:
    the form that it uses elsewhere wins. Without a witness the hyphen goes, unless both parts are words of the
    document, or the next line goes on with a capital or a figure (COVID-19).
    """
    text = ""
    for line in lines:
        line = line.strip(" \t")
        if not line:
            continue
        if not text:
            text = line
        elif text[-1] in _LINE_END_HYPHENS and len(text) > 1 and not text[-2].isspace():
            text = _join_at_hyphen(text, line, words)
        elif text[-1] in "/–" and len(text) > 1 and not text[-2].isspace() and line[0].isalnum():
            text += line
        else:
            text += " " + line
    return text


def _join_at_hyphen(text: str, line: str, words: Collection[str]) -> str:
    hyphen, stem = text[-1], text[:-1]
    first, last = _FIRST_WORD.match(line), _LAST_WORD.search(stem[-60:])
    if hyphen == "\u00ad":
        return stem + line
    if _SUSPENDED.match(line) and f"{stem}{line}".lower() not in words:
        last_and_first = (last.group() if last else "") + (first.group() if first else "")
        if last_and_first.lower() not in words:
            return f"{stem}- {line}"
    if not first or not last or not line[0].islower() or (len(stem) > 1 and last.group().isupper()):
        return f"{stem}-{line}"
    left, right = last.group().lower(), first.group().lower()
    if left + right in words:
        return stem + line
    if f"{left}-{right}" in words:
        return f"{stem}-{line}"
    apart = (
        left in words
        and right in words
        and len(left) > 2
        and len(right) > 2
        and not _BEGINNING.fullmatch(left)
    )
    if apart or (_HYPHENATED.fullmatch(left) and (right in words or len(right) > 4)):
        return f"{stem}-{line}"
    return stem + line
