"""How many people took part in a study, read from its abstract; a wrong size is worse than none."""

import re
from functools import lru_cache

from aitia.library.document import Block

SMALLEST = 5
LARGEST = 100_000_000
LONGEST_TEXT = 4000

_PASSED_OVER = re.compile(
    r"background|introduction|context|conclusion|interpretation|discussion|objective|aim|importance"
)
_DIGITS = r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+|[0-9]{1,8}"
_NOUNS = (
    r"patients|participants|subjects|individuals|people|persons|adults|children|adolescents|infants|neonates"
    r"|newborns|women|men|girls|boys|residents|respondents|volunteers|veterans|nurses|employees|workers|students"
    r"|pregnancies|births|twin pairs|twins|cases|controls|donors|carriers|families|survivors|outpatients|inpatients"
)
_PEOPLE = (
    r"(?P<people>men and women|women and men|boys and girls|girls and boys|children and adolescents"
    r"|adolescents and adults|" + _NOUNS + r")\b"
)
_QUALIFIED = (
    r"(?:(?!(?:and|or|of|in|to|with|versus|vs|per|from|were|was|had|years?|months?|weeks?|days?|hours?|mg|ml)\b)"
    r"[A-Za-zÀ-ÿ'’/+-]+,? ){0,5}?"
)
_BEFORE_A_WORD = re.compile(r"[0-9](?: million)? (?=[A-Za-z])")
_COUNTED = re.compile(_QUALIFIED + _PEOPLE)
_NUMBER = re.compile(r"(?<![0-9.,$€£=<>%/-])(?:" + _DIGITS + r"|[0-9]{1,3}(?:\.[0-9]{1,2})? million)$")
_DONE = (
    r"(?:included|enrolled|enroled|recruited|studied|analy[sz]ed|randomi[sz]ed|evaluated|examined|investigated|assessed"
    r"|genotyped|sequenced|surveyed|interviewed|followed|randomly assigned|randomly allocated)"
)
_STATED = re.compile(
    r"(?:\ba total of|\bwe (?:(?:prospectively|retrospectively|consecutively|also) )?"
    + _DONE
    + r"(?: data (?:from|on|of))?(?: a total of)?(?: all)?"
    r"|\b(?:study|trial|cohort|analysis|review|sample|survey|register|registry)"
    r" (?:included|enrolled|comprised|recruited|involved|covered)(?: data (?:from|on|of))?(?: a total of)?(?: all)?"
    r"|\b(?:involving|comprising|enrolling|recruiting)(?: a total of)?"
    r"|\b(?:cohort|sample|series|study|population|survey|register|analysis|trial) of"
    r"|\b(?:data|samples|records|dna) (?:from|on|of|for)"
    r"|\b(?:trials|studies|reports)(?:,|:|;| with| including| involving| comprising| enrolling)(?: a total of)?) $",
    re.IGNORECASE,
)
_THEN_DONE = re.compile(
    r"(?: (?:with|aged|who|from|in|at|between|undergoing|receiving|on) [^.;()]{1,80}?)? (?:were|was|had been) "
    r"(?:(?:prospectively|retrospectively|consecutively|finally|initially|ultimately) )?" + _DONE + r"\b"
)
_AND_CONTROLS = re.compile(
    r"(?: with [\w' -]{1,40}?)?,? and (?P<controls>" + _DIGITS + r") " + _QUALIFIED + r"controls\b"
)
_BRACKETED = re.compile(r"\b" + _PEOPLE + r" \([nN] ?= ?(?P<number>" + _DIGITS + r")\)", re.IGNORECASE)
_EQUALS = re.compile(r"[nN] ?= ?[0-9]")
_OTHERS = re.compile(
    r"(?:screen|invit|approach|eligib|contact|in every|per|one in|out of|each|every|more than|over|about|approximately"
    r"|at least|estimated|control|placebo|remaining|other|additional|further|another|first|last|subgroup|subset"
    r"|excluded|previous|published|arm|group|including|hundred|thousand|\band|\bor|plus|versus|than)\W*$"
)
_PART = re.compile(
    r"^ ?(?:(?:were randomi[sz]ed |were (?:randomly )?(?:assigned|allocated) )?to [^.;]{1,60}? and [0-9]"
    r"|in the (?:\w+ )?(?:group|arm)|in each|per |died|with complete"
    r"|(?:were|was) (?:available|missing|negative|positive|found|diagnosed|screened|excluded|invited|approached|lost"
    r"|assessed for)|assigned to|receiv\w+ placebo|randomi[sz]ed to (?:placebo|control)"
    r"|\((?:[0-9]|\w+ )?[0-9]*(?:\.[0-9]+)?%)"
)
_LISTED = re.compile(
    r"^[^.;()]{0,60}?(?:,| and) [0-9][0-9, ]*(?:[A-Za-z-]+ ){0,3}?(?:noncases|non-cases|control|"
    + _NOUNS
    + r")\b"
)
_SEVERAL = re.compile(
    r"\b(?:replicat\w+|validat\w+ (?:cohort|sample|set)|(?:first|second|two|three)[- ]stage|derivation|discovery"
    r"|independent (?:cohort|sample)|second cohort)\b"
)
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")


def size_of(blocks: tuple[Block, ...]) -> tuple[str | None, str | None]:
    """The size, as "1,234 patients" or "6,274 cases and 9,512 controls", and the words that it was read from.

    Only sentences count that say how many were studied in all: those of a subgroup, of people who were only asked or
    screened, of a whole country or of earlier work do not. Where two such numbers differ without one being the other's
    part, none is given.
    """
    text = _text(blocks)
    found: dict[int, tuple[str, str]] = {}
    for digit in _BEFORE_A_WORD.finditer(text):
        counted = _COUNTED.match(text, digit.end())
        if counted is None:
            continue
        stop = digit.end() - 1
        number = _NUMBER.search(text, max(0, stop - 16), stop)
        if number is None:
            continue
        start, end = number.start(), counted.end()
        people = counted["people"]
        if people in ("cases", "patients") and (both := _AND_CONTROLS.match(text, end)):
            if _people(number[0], True) and _people(both["controls"], True) and not _SEVERAL.search(text):
                return f"{number[0]} {people} and {both['controls']} controls", text[start : both.end()]
            return None, None
        after = text[end : end + 120]
        if people == "controls" or _PART.match(after) or _LISTED.match(after):
            continue
        stated = _STATED.search(text, max(0, start - 60), start)
        done = None if stated else _THEN_DONE.match(text, end)
        if stated is None and done is None:
            continue
        first = stated.start() if stated else start
        if _OTHERS.search(re.split(r"[.;:]", text[max(0, first - 30) : first].lower())[-1]):
            continue
        size = _people(number[0], stated is not None and "total of" in stated[0])
        if size:
            words = text[first : done.end() if done else end].strip(" .:;(")
            found.setdefault(size, (f"{number[0]} {people}", words))
    if not found and "=" in text and len(_EQUALS.findall(text)) == 1 and (named := _BRACKETED.search(text)):
        size = _people(named["number"], True)
        people = named["people"].lower()
        summed = any(letter.isdigit() for letter in text[max(0, named.start() - 20) : named.start()])
        if size and people != "controls" and not summed:
            found[size] = f"{named['number']} {people}", named[0]
    if not found:
        return None, None
    largest = max(found)
    if len(found) > 1 and (
        _SEVERAL.search(text) or any(largest / 2 < size < largest * 0.8 for size in found)
    ):
        return None, None
    return found[largest]


def _text(blocks: tuple[Block, ...]) -> str:
    parts: list[str] = []
    length = 0
    for block in blocks:
        if block.section is None or not _passed_over(block.section):
            parts.append(block.text)
        length += len(block.text)
        if length > LONGEST_TEXT:
            break
    return " ".join(parts)[:LONGEST_TEXT]


@lru_cache(maxsize=4096)
def _passed_over(section: str) -> bool:
    return _PASSED_OVER.match(section.lower().rpartition(" > ")[2]) is not None


def _people(number: str, no_year: bool) -> int | None:
    """The number, unless it is out of all likelihood or may be a year ("in 2015 patients were")."""
    if number.endswith("million"):
        size = int(float(number.split()[0]) * 1_000_000)
    else:
        size = int(number.replace(",", "").replace(" ", ""))
        if not no_year and _YEAR.fullmatch(number):
            return None
    return size if SMALLEST <= size <= LARGEST else None
