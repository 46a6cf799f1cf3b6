"""How well a sentence reads when it is shown by itself, cited, away from the text around it.

A reader stumbles over two things. Words that point back to what is no longer there: "These patients", "The latter",
"It". And what is no sentence at all: a heading, a caption, a row of a table, a list of names. Words are never changed,
so a sentence is only rated, and a better one can be taken where there is one.
"""

import re

SHOWN_ALONE = 0.5
"""The least score of a sentence that may be shown by itself."""

_FEWEST_WORDS, _FEW_WORDS, _MANY_WORDS, _MOST_WORDS = 4, 6, 45, 80
_MOST_DIGITS = 0.3
"""The share of digits among the characters above which a sentence is a row of a table."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# First words that point back. What follows may excuse some of them: see `_opening`.
_POINTING = {
    word: score
    for score, words in (
        (
            0.1,
            "it they them he she him her his their its this that these those both neither either such so others",
        ),
        (0.3, "another otherwise likewise similarly conversely each"),
    )
    for word in words.split()
}
# First words that link to the sentence before; the rest is rated as if it opened the sentence.
_LINKS = {
    link: score
    for score, links in (
        (0.95, "overall finally|in conclusion|in summary|taken together|in general|for example|for instance"),
        (
            0.6,
            "however moreover furthermore additionally besides nevertheless nonetheless thus therefore hence "
            "consequently accordingly also indeed specifically importantly interestingly notably lastly first firstly "
            "second secondly third thirdly then next subsequently meanwhile yet still again but and or nor "
            "surprisingly unexpectedly remarkably unfortunately together|in addition|in fact|in particular|of note|"
            "as expected",
        ),
        (
            0.4,
            "instead rather alternatively|in contrast|by contrast|in comparison|as such|if so|if not|to this",
        ),
    )
    for single, *double in (links.split("|"),)
    for link in (*single.split(), *double)
}
_BACK = _words("this these those such that them which whom both")
_PREPOSITIONS = _words(
    "in of for at with after before from by to on under despite among using during within because given based as"
)
# The work itself: named by the citation beside the sentence.
_WORK = _words(
    "study trial review meta-analysis analysis survey paper article report guideline overview cohort chapter"
)
_FOUND = _words("result results finding findings data observation observations evidence")
_THE = {
    word: score
    for score, words in (
        (0.1, "former latter above"),
        (0.2, "following"),
        (0.3, "same other others two three four five"),
        (
            0.4,
            "patients participants subjects groups group difference differences remaining rest drug gene effect "
            "effects condition first second third",
        ),
    )
    for word in words.split()
}
# After "It is", what makes "it" stand for what is still to come: "It is not known whether".
_TO_COME = _words("that to whether how if why what which who")
_BE = _words("is was has remains seems appears may might can could should will would")

_VERBS = _words(
    """
    account accounts acquires act activate activated activates acts add added adds affect affected affects
    allow allowed allows alter alters am appear appeared appears apply are aren't arise arises ask assessed
    attacks avoid be became become becomes been began begin begins being believe believes belong belongs
    bind binds block blocks bound break breaks breathe bring brings call came can can't cannot carries carry
    cause caused causes changes check checks choose clean come comes compared comprises concluded confirmed
    consider consists contact contain contained contains contribute contributed contributes controls
    correlate correlates cost costs could cover covers damage damaged damages decrease decreased decreases
    define defines delay delayed delays demonstrated depend depended depends describe described describes
    destroy destroys determine determines develop developed develops did didn't die died dies differ
    differed differs discuss do does doesn't don't doubled doubles drink drive drives ease eases eat emerge
    emerges encode encoded encodes end ends enhance enhances ensure examined exceed exceeds exercise exist
    existed exists experienced explain explains extend extended extends fail fails fall falls feel feels
    fell find finds follow follows forms found gain gains gave get gets give gives go goes got grow grows
    had halved halves harms has have he help helps hold holds hurt hurts i identified identifies identify
    impair impairs improve improved improves include included includes increase increased increases indicate
    indicated indicates induce induced induces inhibit inhibited inhibits interact interacts involve
    involved involves is isn't it's keep keeps kill killed kills know known lack lacks last lasts lead leads
    learn led lengthens let's lie lies limit links live lived lives look looks lose loses lower lowers made
    make makes matter matters may mean means meant measure measured measures mediate mediated mediates might
    modulate modulates move moves must need needed needs observed occur occurred occurs offer offered offers
    persist persists place play played plays predict predicted predicts present presents prevent prevented
    prevents produce produced produces progress progresses prolong prolonged prolongs promote promoted
    promotes protect protected protects provide provided provides put puts raise raises ranged reached read
    receive received receives recommend recommended recommends recover recovered recovers reduce reduced
    reduces refer refers regulate regulated regulates relieve relieves remain remained remains remove report
    reported reports represent represents require required requires respond responded responds rest resulted
    results reveal revealed reveals reviewed rise rises rose run runs said say says see seem seemed seems
    sees select selects send sends serve serves set sets shall she shorten shortened shortens should show
    showed shown shows sit slow slowed slows spans speed speeds spread spreads stand start starts state
    states stay stays stem stems stimulate stimulates stop stops suggest suggested suggests support
    supported supports survive survived survives take takes talk target targets tell tend tended tends test
    tests that's there's they think took translates travel travels treat treats try turn turns uncover
    uncovers underlie underlies underwent use used uses varied varies vary visit was wash wasn't we weaken
    weakened weakens wear went were weren't will won't work works worsen worsens would write you
    """
)
_LABEL = re.compile(
    r"(?:[A-Z][A-Z ,/&-]{2,40}:|(?:Background|Introduction|Objectives?|Aims?|Purpose|Methods?|Results?|Findings|"
    r"Conclusions?|Interpretation|Discussion|Summary)[:.])\s+"
)
_CAPTIONS = _words("table figure fig. fig box scheme chart exhibit")
_ELSEWHERE = _words(
    "above below above. below. above, below, (above below) above) figure (figure fig. (fig. table (table"
)


def readability_alone(sentence: str) -> float:
    """How well a sentence stands by itself in an answer: 0, it cannot be shown alone, to 1, it needs nothing else.

    From `SHOWN_ALONE` on it can be read. The parts are multiplied: how it opens ("The latter" 0.1, "However," 0.6,
    "This study" 0.9), its length in words (none under 4 or over 80; less under 6 and over 45), whether it has a verb,
    and whether it is whole (a stop, brackets in pairs). Nothing is left of a question, a heading, a caption or a row of
    numbers. The words of a label such as "RESULTS:" are not counted. The weights are set by judgement, not measured.
    """
    if label := _LABEL.match(sentence):
        sentence = sentence[label.end() :]
    words = sentence.lower().split()
    count = len(words)
    if not _FEWEST_WORDS <= count <= _MOST_WORDS:
        return 0.0
    end = sentence.rstrip("\"'”’)] \n")[-1:]
    if end in "?:" or sentence.isupper() or (words[0] in _CAPTIONS and words[1][-1] in ".:"):
        return 0.0
    if sum(map(sentence.count, "0123456789")) > _MOST_DIGITS * len(sentence):
        return 0.0
    score = _opening(words)
    if count < _FEW_WORDS or count > _MANY_WORDS:
        score *= 0.8
    if _VERBS.isdisjoint(words):
        score *= _verb(words, end)
    if end not in ".!…。" and not end.isdigit():
        score *= 0.7
    if sentence.count("(") != sentence.count(")"):
        score *= 0.6
    if words[0] in ("-", "•", "*", "–") or (
        sentence[0].islower() and words[0].isalpha() and sentence[:8].islower()
    ):
        score *= 0.6
    if not _ELSEWHERE.isdisjoint(words):
        score *= 0.8
    return round(score, 3)


def _verb(words: list[str], end: str) -> float:
    """How likely there is a verb: one of the list before a comma or stop, or a word that ends like one."""
    bare = [word.strip('.,;:()[]"”') for word in words]
    if not _VERBS.isdisjoint(bare):
        return 1.0
    if any(word.endswith("ed") for word in bare[1:]):
        return 0.7
    return (
        0.6
        if len(words) >= _FEW_WORDS and end == "." and any(word.endswith("s") for word in bare[1:])
        else 0.2
    )


def stands_alone(sentence: str) -> bool:
    """Whether a sentence can be read by itself in an answer: see `readability_alone`."""
    return readability_alone(sentence) >= SHOWN_ALONE


def _opening(words: list[str]) -> float:
    """How far the first words of a sentence of four words or more can be read without what came before."""
    first, second, third = (word.strip(",;\"'“‘([") for word in words[:3])
    for link, length in ((f"{first} {second}", 2), (first, 1)):
        if (score := _LINKS.get(link)) is not None:
            rest = words[length:]
            return score * (_opening(rest) if len(rest) > 2 else 1.0)
    if second == "of" and third in _BACK:
        return 0.1
    if first in _PREPOSITIONS:
        if second in _BACK and not (first == "as" and second == "such"):
            return 0.9 if third in _WORK or words[3] in _WORK else 0.2
        if second == "the" and third in ("former", "latter"):
            return 0.1
        return (
            0.2
            if first == "as" and second in ("above", "below", "shown", "described", "noted", "mentioned")
            else 1.0
        )
    if first in ("the", "our"):
        if second in _FOUND or third in _FOUND:
            return 0.6
        return _THE.get(second, 1.0) if first == "the" else 0.8
    if first in ("here", "herein", "we", "i"):
        return 0.85
    score = _POINTING.get(first, 1.0)
    if score < 1:
        if first in ("this", "these", "that", "each"):
            if second in _WORK or (third in _WORK and first == "this"):
                return 0.9
            if second in _FOUND:
                return 0.6
            return 0.9 if first == "each" and second in ("year", "day", "week", "month", "person") else score
        if first == "it" and second in _BE and not _TO_COME.isdisjoint(words[3:7]):
            return 0.85
        if first == "those" and second in ("who", "with", "without", "aged", "over", "under"):
            return 1.0
        if (
            first in ("both", "either", "neither")
            and not _PAIRS.isdisjoint(words[2:8])
            and second not in _SETS
        ):
            return 1.0
    return score


_PAIRS = frozenset({"and", "or", "nor"})
_SETS = _words(
    "of were are was had have groups drugs treatments arms these conditions studies patients sexes"
)
