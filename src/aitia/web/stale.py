"""Somebody made a new version while another was at work on the old one: both texts, and the way to go on."""

from msgspec import Struct
from starlette.responses import Response

from aitia.review import journal
from aitia.review.differences import differences, summary
from aitia.review.editing import Placed, places
from aitia.review.errors import StaleError
from aitia.review.words import changed_words
from aitia.web.call import Call
from aitia.web.desk import desk_of
from aitia.web.kept import kept
from aitia.web.rows import followed

TITLES = {
    "mark": "mark a statement",
    "propose": "propose a wording",
    "comment": "comment",
    "edit": "change the words",
    "sign": "sign",
    "submit": "submit the article",
    "assign": "assign reviewers",
    "begin": "begin the review",
    "declare": "declare your conflicts",
    "resolve": "settle a thread",
    "withdraw": "withdraw the article",
    "reopen": "re-open the article",
    "confirm": "confirm your marks",
    "renew": "renew the article",
}
"""What the person was about to do."""


class Spot(Struct, frozen=True):
    """A place that the form was about, in the version that was read and in the newest."""

    was: Placed
    now: Placed | None
    """None: it is not there any more."""
    words: tuple[tuple[str, str], ...]
    """From the version that was read to the newest."""
    typed: str
    """The person's own words for it; empty if it was no form for words."""
    typed_words: tuple[tuple[str, str], ...]
    """From the newest version to the person's own words."""


def stale_page(call: Call, number: int, name: str, error: StaleError) -> Response:
    """What the person was about to do, what became of the words meanwhile, and the form to do it on those."""
    database = call.services.database
    old = journal.article_of(database, number, error.seen)
    made = desk_of(call, number)
    ways = followed(old, made.article)
    later = {one.place: one for one in places(made.article)}
    filled: dict[str, object] = {
        key: value for key, value in call.form.items() if isinstance(value, str) and key[:5] != "text."
    }
    spots = []
    for was in places(old):
        typed = _typed(call, name, was.place)
        if typed is None:
            continue
        now = later.get(ways.get(was.place, ("", False))[0])
        if name == "edit" and typed.split() == was.text.split():
            continue
        spots.append(
            Spot(
                was,
                now,
                changed_words(was.text, now.text if now else ""),
                typed,
                changed_words(now.text if now else was.text, typed) if typed else (),
            )
        )
    return call.page(
        "review/stale.html.jinja",
        409,
        desk=made,
        name=name,
        about=TITLES[name],
        seen=error.seen,
        spots=spots,
        removed={one for one in call.form.getlist("remove") if isinstance(one, str)},
        filled=filled,
        kept=kept(call),
        summary=summary(differences(old, made.article)),
    )


def _typed(call: Call, name: str, place: str) -> str | None:
    """The person's own words for a place; empty if the form was about the place without words for it; else None."""
    if name == "edit":
        given = call.field(f"text.{place}")
        return given.strip() if given else "" if place in call.form.getlist("remove") else None
    if call.field("place") != place:
        return None
    return call.field("text").strip() if name == "propose" else ""
