"""The certainty picks the verb.

A statement may hold one verb in braces: "Smoking {raises} the risk." The verb is written as it reads when
nothing is in doubt. GRADE's informative statements (Santesso et al., J Clin Epidemiol 2020;119:126) say how
each grade words it:

    high       Smoking raises the risk.
    moderate   Smoking probably raises the risk.
    low        Smoking may raise the risk.
    very low   It is very uncertain whether smoking raises the risk.
"""

import re

from aitia.evidence.nouns import Certainty, Statement

SLOT = re.compile(r"\{([^{}]*)\}")

_BASE_FORMS = {"is": "be", "are": "be", "has": "have", "does": "do", "goes": "go", "carries": "carry"}
_ES_ENDINGS = ("sses", "shes", "ches", "xes", "zzes")


def base_form(verb: str) -> str:
    """The form that follows "may": raises -> raise, is -> be, cause -> cause."""
    if verb in _BASE_FORMS:
        return _BASE_FORMS[verb]
    if verb.endswith(_ES_ENDINGS):
        return verb[:-2]
    if verb.endswith("ies") and len(verb) > 4:
        return verb[:-3] + "y"
    return verb[:-1] if verb.endswith("s") and not verb.endswith("ss") else verb


def with_certainty(text: str, certainty: Certainty) -> str:
    """The text with its verb in the form that the certainty allows. A text without braces is unchanged."""
    slot = SLOT.search(text)
    if slot is None:
        return text
    verb = slot[1]
    before, after = text[: slot.start()], text[slot.end() :]
    match certainty:
        case Certainty.HIGH:
            return before + verb + after
        case Certainty.MODERATE:
            if verb in ("is", "are"):
                return f"{before}{verb} probably{after}"
            return f"{before}probably {verb}{after}"
        case Certainty.LOW:
            return f"{before}may {base_form(verb)}{after}"
        case Certainty.VERY_LOW:
            return "It is very uncertain whether " + uncapitalised(before + verb + after)


def uncapitalised(sentence: str) -> str:
    """The sentence with a small first letter, unless its first word is a name such as ALS, C9orf72 or Mendelian."""
    word = sentence.split(maxsplit=1)[0] if sentence.strip() else ""
    if (
        word[1:] != word[1:].lower()
        or any(character.isdigit() for character in word)
        or re.search(r"(?:ian|ean|ese|ish)$", word)
    ):
        return sentence
    return sentence[:1].lower() + sentence[1:]


def said(statement: Statement, audience: str) -> str:
    """The statement as this audience reads it: plain for a patient, with the verb that its certainty allows."""
    text = statement.plain if audience == "patient" and statement.plain else statement.text
    return with_certainty(text, statement.certainty)
