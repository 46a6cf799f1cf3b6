"""What a question asks: the condition, the topics, the type, and what is left over.

The parts of a question are found in this order, each taking its words: conditions, cues of several words, topics
(longest names first), names of other diseases, single cue words, words of general English. What is left is the
focus: known words sharpen the answer, and unknown ones mean that the library cannot answer.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from aitia.errors import QuestionError
from aitia.evidence.nouns import Condition, Contents, Topic
from aitia.search.terms import cleaned, stems, stop_stems, word_list

Thing = TypeVar("Thing")
_PREPOSITIONS = frozenset({"in", "among", "at", "within", "across"})
_HELPING_VERBS = frozenset({"do", "doe", "did", "can", "could", "will", "would", "may", "might"})
_ACTING_VERBS = frozenset(
    {"caus", "lead", "trigger", "affect", "rais", "increas", "result", "bring", "give", "make"}
)
"""As stems."""

LONGEST = 1000
"""Characters in a question."""
_MOST_MENDED = 12
"""Words of one question for which a known one is looked for; who knows the language does not misspell more."""

_YES_NO = re.compile(
    r"^(?:so |and |but )?(?:is|are|was|were|am|do|does|did|can|could|will|would|should|has|have|may|might)\b",
    re.I,
)
_QUESTION_WORD = re.compile(r"(?:what|which|who|whom|whose|why|when|where|how)\b", re.I)


class Analysis(Struct, frozen=True):
    """A question, taken apart."""

    question: str
    """Cleaned, with a capital first and a question mark where it asks."""
    condition: Condition | None
    topics: tuple[Topic, ...]
    """The topics named, in the order of the question."""
    narrower: tuple[str, ...]
    """The names of narrower things among them, stemmed: "lead" for the topic on metals."""
    named: tuple[str, ...]
    """The words by which the topics were named, as they were typed."""
    cues: tuple[str, ...]
    """The question types whose cues occur, best first; those with only a weak cue come last."""
    strong: bool
    """Whether the best of them has a cue that is not weak."""
    focus: tuple[str, ...]
    """Stems of known words that no other part took."""
    focus_words: tuple[str, ...]
    """The same as they were typed."""
    modifiers: tuple[str, ...]
    """Stems among the focus that only limit the question: "Italy" in "causes of ALS in Italy"."""
    unknown: tuple[str, ...]
    """Words that the library does not hold, as they were typed."""
    general: tuple[str, ...]
    """Words of general English that no other part took, without stop words, as they were typed."""
    reversed: bool
    """The condition is what causes, not what is caused: "does ALS cause depression?"."""
    other_conditions: tuple[str, ...]
    """Diseases named that the library does not know, as they were typed."""
    yes_no: bool
    is_topic_question: bool = False
    """The question is the one that the library offers on a topic."""


class Lexicon(Struct, frozen=True):
    """The names of a library and the cues of the question types, stemmed once and looked up by first stem."""

    conditions: dict[str, list[tuple[list[str], Condition]]]
    topics: dict[str, list[tuple[list[str], Topic]]]
    cues: dict[str, list[tuple[list[str], str]]]
    weak_cues: dict[str, list[tuple[list[str], str]]]
    questions: dict[tuple[str, ...], Topic]
    """The questions that the library offers."""
    stems: frozenset[str]
    """Every stem of a name or a cue."""


def lexicon(contents: Contents, cues: Iterable[tuple[str, Sequence[str], Sequence[str]]]) -> Lexicon:
    """The lexicon of a library, for the cues and the weak cues of each question type."""
    types = list(cues)
    names = [
        name
        for condition in contents.conditions
        for name in (condition.label, condition.plain_label, *condition.synonyms)
    ]
    tables = Lexicon(
        conditions=_by_first(
            (name, condition)
            for condition in contents.conditions
            for name in (condition.label, condition.plain_label, *condition.synonyms)
        ),
        topics=_by_first((name, topic) for topic in contents.topics for name in _names(topic)),
        cues=_by_first(
            (phrase, kind) for kind, cues, _ in types for cue in cues for phrase in _phrases(cue, names)
        ),
        weak_cues=_by_first(
            (phrase, kind) for kind, _, cues in types for cue in cues for phrase in _phrases(cue, names)
        ),
        questions={tuple(stems(topic.question)): topic for topic in contents.topics if topic.question},
        stems=frozenset(),
    )
    parts = (
        {stem for entries in tables.conditions.values() for names, _ in entries for stem in names}
        | {stem for entries in tables.topics.values() for names, _ in entries for stem in names}
        | {stem for entries in tables.cues.values() for names, _ in entries for stem in names}
        | {stem for entries in tables.weak_cues.values() for names, _ in entries for stem in names}
    )
    return replace(tables, stems=frozenset(parts))


def _phrases(cue: str, conditions: Sequence[str]) -> list[str]:
    """A cue, or one phrase for each name of a condition where the cue holds an X."""
    if "X" not in cue.split():
        return [cue]
    return [re.sub(r"\bX\b", name, cue) for name in conditions]


def _names(topic: Topic) -> tuple[str, ...]:
    return (topic.label, topic.plain_label, *topic.synonyms, *topic.narrower)


def _by_first(named: Iterable[tuple[str, Thing]]) -> dict[str, list[tuple[list[str], Thing]]]:
    table: dict[str, list[tuple[list[str], Thing]]] = {}
    for name, thing in named:
        if parts := stems(re.sub(r"^the ", "", name)):
            entries = table.setdefault(parts[0], [])
            if (parts, thing) not in entries:
                entries.append((parts, thing))
    for entries in table.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    return table


@cache
def general_stems() -> frozenset[str]:
    """Stems of words that say nothing about the matter of a question."""
    words = word_list("general_words.txt")
    return stop_stems() | frozenset(stem for line in words for stem in stems(line))


@cache
def other_conditions() -> dict[str, list[tuple[list[str], str]]]:
    """Names of diseases, by first stem."""
    return _by_first((name, name) for name in word_list("other_conditions.txt"))


def readable(question: str) -> str:
    """The question, cleaned.

    Raises QuestionError if it is empty, too long, or holds no word.
    """
    text = cleaned(question)
    if not text:
        raise QuestionError('the question is empty. Ask one, for example: aitia ask "What causes ALS?"')
    if len(text) > LONGEST:
        raise QuestionError(
            f"the question has {len(text):,} characters; at most {LONGEST:,} are read. Ask it in one sentence."
        )
    if not re.search(r"\w", text):
        raise QuestionError("the question holds no words. Ask it in plain English.")
    text = text[0].upper() + text[1:]
    if text[-1] not in ".?!" and (_YES_NO.match(text) or _QUESTION_WORD.match(text)):
        text += "?"
    return text


def analyse(
    question: str,
    lexicon: Lexicon,
    is_known: Callable[[str], bool],
    suggest: Callable[[str], str | None],
) -> Analysis:
    """Take a question apart.

    `is_known` says whether a stem occurs in the library, `suggest` gives the known word nearest to a
    misspelt one.
    """
    text = readable(question)
    # "leading" is never the metal, though its stem is the same.
    words = re.findall(r"[\w.-]+", re.sub(r"\bleading\b(?! to)", " ", text, flags=re.I))
    parts = [(stem, word.strip(".-")) for word in words for stem in stems(word)]
    parts = _mended(parts, lexicon, is_known, suggest)
    line = [stem for stem, _ in parts]
    free = [True] * len(line)

    conditions = _take(line, free, lexicon.conditions)
    # A topic's name may hold the condition's ("juvenile ALS").
    longer = [
        found
        for found in _take(line, [True] * len(line), lexicon.topics)
        if any(_covers((*found[:2], ""), condition) and found[0] > condition[0] for condition in conditions)
    ]
    for size, start, _ in longer:
        free[start : start + size] = [False] * size
    cues = _take(line, [True] * len(line), lexicon.cues)
    weak = _take(line, [True] * len(line), lexicon.weak_cues)
    names = _take(line, [True] * len(line), lexicon.topics)
    # A cue that shares words with a longer name ("dying" in "dying-back hypothesis") is no cue.
    cues = [cue for cue in cues if not any(name[0] > cue[0] and _meet(name, cue) for name in names)]
    ranked = _ranked(cues)
    for size, start, _ in cues:
        # A cue of several words ("lead to") is read as a whole, before its words can name a topic.
        if size > 1:
            free[start : start + size] = [False] * size
    topics = longer + _take(line, free, lexicon.topics)
    # "prognosis" is both a cue and a topic: it asks for the whole of its type, not for one matter.
    topics = [
        found
        for found in topics
        if found[0] > 2 or not any(_covers(cue, found) for cue in cues if cue[2] == ranked[0])
    ]
    diseases = _take(line, free, other_conditions())
    for size, start, _ in (*cues, *weak):
        free[start : start + size] = [False] * size

    places = [
        place
        for place, is_free in enumerate(free)
        if is_free and (line[place] not in stop_stems() or _belongs(line, place))
    ]
    left = [
        (line[place], _whole(parts, line, place), _limits(line, place, conditions))
        for place in places
        if (line[place] not in general_stems() or _belongs(line, place))
        and (_belongs(line, place) or (len(line[place]) > 1 and not line[place].isdigit()))
    ]
    known = [(stem, word, limits) for stem, word, limits in left if is_known(stem)]
    unknown = [word for stem, word, _ in left if not is_known(stem)]
    offered = lexicon.questions.get(tuple(line))
    named = [_typed(parts, start, size) for size, start, _ in sorted(topics, key=lambda found: found[1])]
    return Analysis(
        question=text,
        condition=conditions[0][2] if conditions else None,
        topics=(offered,)
        if offered
        else tuple(dict.fromkeys(topic for _, _, topic in sorted(topics, key=lambda found: found[1]))),
        narrower=()
        if offered
        else tuple(
            dict.fromkeys(
                name
                for size, start, topic in topics
                if (name := " ".join(line[start : start + size])) in _narrower_names(topic)
            )
        ),
        named=tuple(dict.fromkeys(named)),
        cues=tuple(dict.fromkeys((*ranked, *_ranked(weak)))),
        strong=bool(ranked),
        focus=() if offered else tuple(dict.fromkeys(stem for stem, _, _ in known)),
        focus_words=() if offered else tuple(dict.fromkeys(word for _, word, _ in known)),
        modifiers=() if offered else tuple(dict.fromkeys(stem for stem, _, limits in known if limits)),
        unknown=() if offered else tuple(dict.fromkeys(unknown)),
        other_conditions=()
        if offered
        else tuple(dict.fromkeys(_typed(parts, start, size) for size, start, _ in diseases)),
        general=()
        if offered
        else tuple(
            dict.fromkeys(
                parts[place][1]
                for place in places
                if line[place] in general_stems() and not _limits(line, place, conditions)
            )
        ),
        reversed=not offered and _is_reversed(line, conditions),
        yes_no=bool(_YES_NO.match(text)),
        is_topic_question=offered is not None,
    )


def _narrower_names(topic: Topic) -> set[str]:
    return {" ".join(stems(name)) for name in topic.narrower}


def _limits(line: Sequence[str], place: int, conditions: Sequence[tuple[int, int, Condition]]) -> bool:
    """Whether a word stands after the condition and a preposition: "ALS in northern Italy"."""
    if not conditions:
        return False
    end = max(start + size for size, start, _ in conditions)
    return place >= end and any(stem in _PREPOSITIONS for stem in line[end:place])


def _belongs(line: Sequence[str], place: int) -> bool:
    """Whether a single letter or figure makes a name with the word before it: vitamin D, type 2."""
    is_short = len(line[place]) == 1 or line[place].isdigit()
    return is_short and place > 0 and line[place - 1] in ("vitamin", "type", "hepat", "omega")


def _whole(parts: Sequence[tuple[str, str]], line: Sequence[str], place: int) -> str:
    """A word as it was typed, with the one before it if it makes a name with that."""
    word = parts[place][1]
    return f"{parts[place - 1][1]} {word}" if _belongs(line, place) else word


def _is_reversed(line: Sequence[str], conditions: Sequence[tuple[int, int, Condition]]) -> bool:
    for size, start, _ in conditions:
        before, after = line[:start], line[start + size :]
        if before and before[-1] in _HELPING_VERBS and after and after[0] in _ACTING_VERBS:
            # "Why does X affect men?" asks who gets it; "Why does X cause cramps?" what it does.
            return not (before[0] in stems("why") and after[0] == "affect")
    return False


def _typed(parts: Sequence[tuple[str, str]], start: int, size: int) -> str:
    """The words of a span as they were typed."""
    return " ".join(dict.fromkeys(word for _, word in parts[start : start + size]))


def _take(
    line: Sequence[str], free: list[bool], table: dict[str, list[tuple[list[str], Thing]]]
) -> list[tuple[int, int, Thing]]:
    """Every name that occurs in the free part of a line: length, start, thing. The longest names go first."""
    found = [
        (len(parts), start, thing)
        for start, stem in enumerate(line)
        for parts, thing in table.get(stem, ())
        if line[start : start + len(parts)] == parts
    ]
    taken = []
    spans: dict[int, int] = {}
    for size, start, thing in sorted(found, key=lambda one: (-one[0], one[1])):
        # Two things may share a name ("X hypothesis" under two topics): both are found.
        if all(free[start : start + size]) or spans.get(start) == size:
            free[start : start + size] = [False] * size
            spans[start] = size
            taken.append((size, start, thing))
    return taken


def _covers(cue: tuple[int, int, str], name: tuple[int, int, object]) -> bool:
    return cue[1] <= name[1] and name[1] + name[0] <= cue[1] + cue[0]


def _meet(one: tuple[int, int, object], other: tuple[int, int, object]) -> bool:
    """Whether two spans share a word."""
    return one[1] < other[1] + other[0] and other[1] < one[1] + one[0]


def _ranked(cues: Sequence[tuple[int, int, str]]) -> tuple[str, ...]:
    """Question types by the longest of their cues, then by the order of the question."""
    best: dict[str, tuple[int, int]] = {}
    for size, start, kind in cues:
        best[kind] = min(best.get(kind, (0, 0)), (-size, start))
    return tuple(sorted(best, key=lambda kind: best[kind]))


def _mended(
    parts: list[tuple[str, str]],
    lexicon: Lexicon,
    is_known: Callable[[str], bool],
    suggest: Callable[[str], str | None],
) -> list[tuple[str, str]]:
    """The line with misspelt words replaced by the known ones that they are nearest to."""
    mended: list[tuple[str, str]] = []
    better: dict[str, str | None] = {}
    for stem, word in parts:
        is_read = (
            stem in lexicon.stems or stem in general_stems() or stem in other_conditions() or is_known(stem)
        )
        if not is_read and word not in better and len(better) < _MOST_MENDED:
            better[word] = suggest(word)
        if is_read or (right := better.get(word)) is None:
            mended.append((stem, word))
        else:
            mended += [(part, right) for part in stems(right) if (part, right) not in mended[-1:]]
    return mended
