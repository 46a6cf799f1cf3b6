"""The sentences of a paragraph of biomedical English, as places in the text.

Every stop with something like a new sentence after it is weighed by the word before it and the word after it. Which
abbreviation may end a sentence, and before what, is in the tables; the rules are in `_ends`.
"""

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ANY = frozenset({"opener", "word", "acronym"})
_WORD = frozenset({"opener", "word"})
_OPENER = frozenset({"opener"})
_NEVER: frozenset[str] = frozenset()

# Lower case, without the last stop; at most six letters where there is no stop within (see `_PLAIN`).
_ABBREVIATIONS = {
    name: before
    for before, names in (
        # These never end a sentence.
        (_NEVER, "e.g i.e eg ie cf vs viz approx resp incl excl esp n.b"),
        # These end one only before a word that often opens a sentence ("The", "However").
        (
            _OPENER,
            "al ca fig figs tab tabs eq eqs eqn ref refs vol vols p pp pg sect chap suppl supp ed eds ver st co bros "
            "dept univ hosp inst assoc acad soc ph.d phd m.d d.sc m.sc b.sc m.p.h r.n d.o dr.p.h f.r.c.p jr sr op "
            "cit ibid nos proc ann arch clin exp var subsp ssp cv biol chem med surg engl natl sci am j",
        ),
        # These end one before any capitalised word, but not before a number or an acronym.
        (
            _WORD,
            "no jan feb mar apr jun jul aug sep sept oct nov dec sp spp i.v i.m s.c i.p p.o i.d i.c.v p.r s.l i.t "
            "b.i.d t.i.d q.i.d q.d o.d b.d t.d.s q.d.s q.h p.r.n a.c p.c h.s min max avg est u.s u.k u.s.a e.u u.n "
            "u.a.e d.c",
        ),
        # These end one before anything with a capital, but not before a number.
        (
            _ANY,
            "a.m p.m a.d b.c b.c.e c.e etc inc ltd corp plc gmbh lab hr hrs yr yrs wk wks mo mos lb lbs oz ft tbsp "
            "tsp sec secs mins pt pts",
        ),
    )
    for name in names.split()
}
_TITLES = _words("Dr Drs Prof Mr Mrs Ms Messrs Mme Rev Hon Capt Col Sgt Lt Gov Sen Rep Mt")
_IN_CAPITALS = frozenset({"FIG", "FIGS", "NO", "VOL", "VS", "REF", "TAB", "EQ"})

_COUNTRIES = frozenset({"u.s", "u.k", "u.s.a", "e.u", "u.n", "d.c"})
# What follows a country within a name: "U.S. Food and Drug Administration", "U.K. Biobank".
_OF_A_COUNTRY = _words(
    """
    Food Department Preventive National Centers Centres Center Public Census Environmental Surgeon Army Navy
    Air Veterans Veteran Congress Senate Supreme House President Presidential Government Agency Federal
    Pharmacopeia Pharmacopoeia Renal Bureau Geological Office Social Military Marine Coast Hispanic
    Hispanics Black Blacks White Whites Asian African Caucasian Latino Latinos Native Biobank Medical
    Secretary Commission Consumer Drug Physicians Health Healthcare Cancer Transplant Scientific Organ
    Cochlear Prospective Medicare Medicaid State States Parliament President's Council General Security
    Patent Dollars District Court Multi-Society Parkinson's Women's Nurses Registry
    """
)

# Words that often open a sentence and are seldom a surname or the second word of a name.
_OPENERS = _words(
    """
    A About Above According Accordingly Across Additional Additionally Adults After Again Against Age All
    Almost Also Although Among An Analyses Analysis And Animals Another Any Appropriate Are As At Available
    Background Based Because Before Below Besides Between Beyond Both But By Can Cases Cells Certain Changes
    Children Clinical Cohort Common Compared Concerning Conclusion Conclusions Consequently Consistent
    Contrary Controls Conversely Current Currently Data Death Deaths Despite Did Differences Do Does Doses
    Due During Each Early Efficacy Eight Eighteen Either Eleven Eligible Especially Even Evidence Except
    Expression Fewer Fifteen Fifty Finally Findings First Five Following For Forty Four Fourteen From
    Further Furthermore Future Given Had Half Has Have He Hence Her Here High Higher His Historically How
    However I If Importantly In Incidence Included Including Indeed Infants Information Initially Instead
    Interestingly Interventions Into Is It Its Large Last Later Least Less Levels Like Likewise Low Lower
    Main Major Many Materials Mean Meanwhile Measurements Median Men Method Methods Mice More Moreover
    Mortality Most Much My Neither Nevertheless New Next Nine Nineteen No Non None Nonetheless Nor Not
    Notably Nothing Now Objective Objectives Of Often On Once One Only Or Other Others Otherwise Our
    Outcomes Outside Over Overall Participants Particularly Patients Patient People Perhaps Pregnant
    Previous Previously Primary Prior Purpose Quality Rather Rats Recent Recently Regarding Relative Results
    Risk Samples Second Secondary See Seven Seventeen Several She Side Significant Similar Similarly Since
    Six Sixteen Sixty Small So Some Specifically Strong Studies Study Subjects Subsequent Subsequently Such
    Survival Symptoms Ten That The Their Them Then There Thereafter Therefore These They Third Thirteen
    Thirty This Those Though Three Through Throughout Thus To Together Total Treatment Treatments Trials
    Twelve Twenty Two Typically Under Unfortunately Unless Unlike Until Up Upon Use Using Usually Various
    Very Was We Were What When Where Whereas Whether Which While Who Whole Why Will With Within Without
    Women Yet You Young Your
    """
)

# A letter or number after one of these is its name, so the stop ends a sentence: "vitamin D.", "group A.".
_NAMED_BY_LETTER = _words(
    """
    allele apolipoprotein arm bacteroides block box case category chain chromosome clade class cohort
    compound condition cyclin cytochrome domain drug experiment exon factor figure form genotype grade group
    haemophilia haplotype hemophilia hepatitis immunoglobulin influenza isoform lamin level lineage mode
    model mutant nightingale panel part patient peptide phase plan product propensity protein region sample
    schedule section serogroup serotype site stage strain streptococcus study subgroup subtype subunit table
    task toxin treatment trial type variant virus vitamin zone
    """
)
# Words before a person's or a species' initial, though they are in lower case.
_BEFORE_INITIAL = _words(
    """
    a about after against also an and are as at author authors because been before between both but by
    called coauthor colleague contrast director doctor during except feat following for from had has have in
    include including includes into investigator is like namely non of on or over physician president
    professor researcher since such surgeon than thank thanks that the then through to toward towards under unlike until
    upon versus via vs was were when where whereas which while who with within without
    """
)
_SEROVARS = _words("Typhi Typhimurium Enteritidis Paratyphi Newport Heidelberg Infantis Dublin Kentucky")

_CLOSING = r"""["」』）'”’»›)\]}]"""
_OPENING = r"""["'“‘„«‹(\[{¿¡*†‡§\u200b-\u200f\ufeff]"""
_CITED = r"\d{1,3}(?:[,–-]\s?\d{1,3}){0,20}"
_STOP = re.compile(
    rf"""
    [.!?…。！？｡؟।॥]
    (?<![.!?…。！？｡؟।॥].)              # at the head of a run of stops, so that a long run is read once
    (?P<run>[.!?…。！？｡]*+)
    (?P<after>
      (?: {_CLOSING}
        | [*†‡§¶‖⁰¹²³⁴⁵⁶⁷⁸⁹⁻]           # marks of a footnote
        | \[{_CITED}[a-z]?\] | \s\[{_CITED}\](?=\s|\[|$)
        | (?<=[^\W\d_][.!?]|[\])%][.!?]|[.!?]["”’)])(?:\d{{1,3}}(?:\s\d{{1,3}}){{1,9}}(?=\s[A-Z])|{_CITED}(?=\s))
        | \s["”](?=\s)                    # a closing mark that has drifted off
        | \s\((?:[A-Z][^().]{{2,40}}(?:et\sal\.)?,?\s(?:19|20)\d\d[a-z]?)\)(?=\s[A-Z])
      )*+
    )
    (?:
      \s++
      (?= (?P<mark>[•●▪◦‣■□◆►©]|[-–—*]\s)?
          \s?{_OPENING}*+
          (?: (?P<capital>[A-Z])
            | (?P<number>[<>≥≤~≈±+−$£€#-]{{0,2}}\s?\d | \.\d)
            | (?P<name>
                [a-z]{{1,4}}[A-Z0-9] | [a-z]-\w | [a-z]{{2,4}}-\d | [a-h]\.\s[A-Z]
                | [α-ω](?!\w) | [α-ωϕϵ]\w | (?:von|van|de|der|tau|alpha|beta|gamma)\b
                | (?:cis|trans|anti|tert|sec|sn|ortho|meta|para|bis|pan)-
                | (?:in|ex)\ (?:vitro|vivo|silico|situ|utero)\b
              )
            | (?P<letter>[^\W\d_])
          )
      )
    | (?<=[a-z]{{3}}\.)(?=(?P<glued>(?!Net|Com|Org|Gov|Edu)[A-Z][a-z]*\s))  # "found.The": the space was lost
    | (?<=[。！？｡」』）])(?=\S)
    )
    """,
    re.VERBOSE,
)
_WORD_AFTER = re.compile(r"[^\W_](?:[\w’'-]*\w)?")
_DOTTED = re.compile(r"(?:[A-Za-z]{1,2}\.-?)+[A-Za-z]{1,2}")
_PLAIN = re.compile(r"[(\[]?[a-z-]{7,}")
_WHOLE = re.compile(r"[(\[]?[a-z-]{5,}")
_MARKER = re.compile(r"\d{1,2}(?:\.\d{1,2}){0,3}|[A-Za-z]|[ivxIVX]{1,5}")
_NUMBERED = re.compile(
    r"(?i:(?:supplementary )?(?:table|figure|fig\.|box|appendix|step|scheme|exhibit|chapter|section))"
)
_PARAGRAPH = re.compile(r"\n\s*\n|\u2029")

_LOOK_BACK = 48
_LONGEST_BRACKET = 400


def spans(text: str) -> list[tuple[int, int]]:
    """The sentences of a text as (start, end) offsets into it: in order, apart, without outer white space.

    Every character that is not white space is in one of them. A blank line always ends a sentence; one line break is
    white space. A citation, quotation mark or bracket that follows the stop belongs to the sentence before it. A
    heading with a stop ("Results.") is by itself, one with a colon ("METHODS: We ...") is part of its sentence. Words
    without a stop stay one sentence however long they are. Time is linear in the length of the text.
    """
    if "\n" not in text and "\u2029" not in text:
        return _of_paragraph(text, 0, len(text))
    found = []
    start = 0
    for gap in _PARAGRAPH.finditer(text):
        found += _of_paragraph(text, start, gap.start())
        start = gap.end()
    return found + _of_paragraph(text, start, len(text))


def _of_paragraph(text: str, start: int, end: int) -> list[tuple[int, int]]:
    found = []
    while start < end and text[start].isspace():
        start += 1
    for stop in _STOP.finditer(text, start, end):
        if _ends(text, start, stop) and not _within_brackets(text, start, stop.end("after"), end):
            found.append((start, stop.end("after")))
            start = stop.end()
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        found.append((start, end))
    return found


def _ends(text: str, start: int, stop: re.Match[str]) -> bool:
    """Whether a sentence that begins at `start` ends with this stop, if it is not within brackets."""
    place, close, kind = stop.start(), stop.end("after"), stop.lastgroup
    earlier = text[max(start, place - _LOOK_BACK) : place].rsplit(None, 1)
    word = earlier.pop() if earlier else ""
    if kind == "letter":
        # A capital beyond A to Z, or a script without capitals. A small letter goes on with the sentence ...
        if text[stop.start("letter")].islower():
            # ... unless the word before is a whole one, and no ellipsis, quotation or bracket comes between.
            whole = _WHOLE.fullmatch(word) is not None and word not in _ABBREVIATIONS and text[place] == "."
            return whole and (stop["mark"] is not None or not (stop["run"] or stop["after"]))
        kind = "capital"
    if _PLAIN.fullmatch(word) or kind in ("after", "glued"):
        return True
    if text[place] not in ".…":
        return word != "("
    if not word:
        return False
    word = word.lstrip("([{\"'“‘«–—-/<>=≤~") or word
    allowed = _allowed_after(
        word, earlier, text[start : start + _LOOK_BACK] if place - start <= _LOOK_BACK else ""
    )
    if allowed is None and (len(word) > 1 or not word.isalpha()):
        return not (kind == "number" and word == "0")  # "P < 0. 05"
    if allowed == _NEVER or (text[close - 1] in ")]" and text[start] not in "(["):
        return False
    following = kind or ""
    after = ""
    if kind == "capital":
        after, following = _word_after(text, stop.end("capital" if stop["capital"] else "letter") - 1)
    if allowed is None:
        return _letter_ends(word, earlier[0].rsplit(None, 2) if earlier else [], after, following)
    return following in allowed and not (word.lower() in _COUNTRIES and after in _OF_A_COUNTRY)


def _within_brackets(text: str, start: int, close: int, end: int) -> bool:
    """Whether a bracket that opened within the sentence is still open, and is closed soon."""
    since = max(start + 1, close - _LONGEST_BRACKET)
    if text.count("(", since, close) <= text.count(")", since, close):
        return False
    closed = text.find(")", close, min(end, close + _LONGEST_BRACKET))
    return closed > 0 and text.find("(", close, closed) < 0


def _allowed_after(word: str, earlier: list[str], sentence: str) -> frozenset[str] | None:
    """Before which kinds of word this one ends a sentence; None: before any, unless it is a single letter."""
    if sentence and not earlier and _MARKER.fullmatch(word):
        return _NEVER  # "1. Wash your hands."
    if earlier and len(word) < 6 and _MARKER.fullmatch(word):
        if earlier[0][-1] in ":;":
            return _NEVER
        if sentence and _NUMBERED.fullmatch(sentence[: len(earlier[0])]):
            return _NEVER  # "Table 1. Characteristics of patients."
    if word in _TITLES:
        return _NEVER
    if len(word) == 1:
        return None
    if word.isupper() and "." not in word and word not in _IN_CAPITALS:
        return None  # MS and CF are diseases
    allowed = _ABBREVIATIONS.get(word.lower())
    if allowed is None and "." in word and _DOTTED.fullmatch(word):
        return _OPENER
    return allowed


def _word_after(text: str, place: int) -> tuple[str, str]:
    """The word that begins here, and its kind."""
    found = _WORD_AFTER.match(text, place)
    word = found[0] if found else ""
    if word.partition("-")[0] in _OPENERS and not (len(word) == 1 and text[place + 1 : place + 2] == "."):
        return word, "opener"
    return word, "word" if word[1:].islower() else "acronym"


def _letter_ends(letter: str, earlier: list[str], after: str, following: str) -> bool:
    """Whether a single letter with a stop ends its sentence ("vitamin D.") or is an initial ("D. Smith")."""
    if not earlier:
        return False
    last = earlier[-1]
    if last[-1].isdigit() or last[-1] in "°µμ":
        return True  # "37 C.", "10 h."
    if letter.islower():
        return following in _ANY
    bare = last.strip("(,").lower()
    if bare in _NAMED_BY_LETTER or bare.removesuffix("s") in _NAMED_BY_LETTER:
        return after.partition("-")[0] not in _SEROVARS
    if bare in ("and", "or", "to", "versus", "vs.", "than") and len(earlier) > 1:
        other = earlier[-2].rstrip(",")
        if len(other) == 1 and other.isalpha() and other != "a":
            return True  # "groups A and B."
    if len(last) > 2 and last.isalpha() and not last.isupper() and not last.islower():
        return False  # "Doe A. The role of ...": a name and its initial
    if following == "opener":
        return True
    return (
        following in _ANY
        and last[-1].islower()
        and bare not in _BEFORE_INITIAL
        and after.partition("-")[0] not in _SEROVARS
    )
