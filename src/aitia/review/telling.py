"""Events and rules in plain words."""

from aitia.review.nouns import (
    Action,
    Approve,
    Assign,
    Begin,
    Comment,
    Decision,
    Declare,
    Edit,
    Event,
    Expire,
    Mark,
    Open,
    Propose,
    Reopen,
    Resolve,
    Sign,
    Submit,
    Verdict,
    Withdraw,
)
from aitia.review.transitions import RULES, STATE_WORDS, Rule

_VERDICTS = {
    Verdict.AGREE: "agreed with",
    Verdict.CHANGE: "asked to change",
    Verdict.REMOVE: "asked to remove",
}


def told(event: Event) -> str:
    """What somebody did, as the end of a sentence that begins with their name: "signed: approved."."""
    return _told(event.action, event.version)


def _told(action: Action, version: int) -> str:
    match action:
        case Open():
            return (
                f"opened the article from version {action.library_version} of the library {action.library}."
            )
        case Edit():
            how = "a fresh answer from the library" if action.renewed else "an edit"
            took = f", taking up {_count(len(action.accepted), 'proposal')}" if action.accepted else ""
            return f"made version {version}, {how}{took}: {action.reason}"
        case Submit():
            return f"submitted version {version} for review{_colon(action.note)}"
        case Assign():
            if not action.reviewers:
                return "opened the review to any reviewer."
            return f"named {_count(len(action.reviewers), 'reviewer')}."
        case Begin():
            return "began the review."
        case Declare():
            what = "a conflict" if action.has_conflict else "no conflict"
            return f"declared {what} of interest{_colon(action.statement)}"
        case Mark():
            return f"{_VERDICTS[action.verdict]} {place_words(action.place)}{_colon(action.reason)}"
        case Comment():
            about = f" on {place_words(action.place)}" if action.place else ""
            return f"{'answered' if action.thread else 'commented'}{about}: {action.text}"
        case Resolve():
            return f"settled the thread that event {action.thread} began."
        case Propose():
            flags = f" [{'; '.join(action.flags)}]" if action.flags else ""
            return f"proposed for {place_words(action.place)}: {action.text}{flags}"
        case Sign():
            what = "approved" if action.decision is Decision.APPROVE else "requested changes"
            return f"signed version {version}: {what}{_colon(action.reason)}"
        case Approve():
            signed = _count(len(action.signatures), "signature")
            return (
                f"recorded the approval of version {version} with {signed}; it holds until {action.expires}."
            )
        case Withdraw():
            return f"withdrew the article: {action.reason}"
        case Expire():
            return f"recorded that the approval ended on {action.expired}."
        case Reopen():
            return f"re-opened the article: {'; '.join(action.reasons)}"


def place_words(place: str) -> str:
    """A place in words: "statement 3 of section 2"."""
    if place == "lead":
        return "the lead"
    if place.startswith("d"):
        return f"disagreement {place[1:]}"
    section, statement = place.split(".")
    return f"statement {statement} of section {section}"


def rules_text() -> str:
    """The table of transitions for a terminal: action, who, from, to; beneath it what else must be true."""
    lines = []
    for rule in RULES:
        action = type_words(rule.action)
        if rule.decision is not None:
            action += " (approve)" if rule.decision is Decision.APPROVE else " (request changes)"
        target = STATE_WORDS[rule.to] if rule.to else "as it was"
        lines.append(f"{action:<23} {rule.by:<17} {_states(rule)} -> {target}")
        lines += [f"{'':<25} if {condition.words}" for condition in rule.conditions]
        if rule.note:
            lines.append(f"{'':<25} {rule.note}")
    return "\n".join(lines)


def _states(rule: Rule) -> str:
    if not rule.states:
        return "nothing"
    others = [state for state in STATE_WORDS if state not in rule.states]
    if len(others) < 2:
        return "any state" + "".join(f" but {STATE_WORDS[state]}" for state in others)
    return " | ".join(STATE_WORDS[state] for state in rule.states)


def type_words(kind: type[Action]) -> str:
    """A kind of action as its event calls it: "sign"."""
    return kind.__name__.lower()


def _colon(text: str) -> str:
    return f": {text}" if text else "."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
