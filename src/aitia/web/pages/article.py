"""Articles that are kept: the list, each version at its permanent address, and keeping an answer."""

from urllib.parse import urlencode

from starlette.responses import Response

from aitia.answers.thread import resolve_thread
from aitia.documents import DocumentLibrary
from aitia.evidence.article import Article
from aitia.people.roles import BOARD
from aitia.review import journal, listing, living
from aitia.review.errors import NotFoundError
from aitia.review.nouns import Dossier, State, Version
from aitia.review.readers import readable, state_today
from aitia.service import Library
from aitia.web.call import Call, whole_number
from aitia.web.frame import (
    Choice,
    Notice,
    approval_of,
    frame_of,
    question_address,
)
from aitia.web.pages.ask import asked_of
from aitia.web.reading import LENGTHS, READERS, drawn
from aitia.web.routes import Need, Route

_PAGE = 50


def articles(call: Call) -> Response:
    """The list: approved articles; for the board, those of any state."""
    is_board = call.visitor.may(*BOARD)
    text = " ".join(call.query("q").split())[:200]
    chosen = call.query("state") if is_board else ""
    states = tuple(state for state in State if state is not State.SUPERSEDED)
    if chosen in {state.value for state in states}:
        wanted: tuple[State, ...] = (State(chosen),)
    else:
        chosen = "all" if chosen == "all" else ""
        wanted = () if chosen else (State.APPROVED,)
    found = listing.listed(
        call.services.database,
        states=wanted,
        text=text,
        after=whole_number(call.query("after")),
        limit=_PAGE + 1,
    )
    shown = found[:_PAGE]
    pairs = [(name, value) for name, value in (("q", text), ("state", chosen)) if value]
    return call.page(
        "reading/articles.html.jinja",
        articles=[(one, state_today(one.state, one.due)) for one in shown],
        text=text,
        chosen=chosen,
        states=states if is_board else (),
        readers=READERS,
        older="/articles?" + urlencode([*pairs, ("after", shown[-1].id)]) if len(found) > _PAGE else "",
    )


def latest(call: Call) -> Response:
    """The newest version that the visitor may read."""
    dossier = journal.dossier(call.services.database, call.path("number"))
    return _page(call, dossier, readable(dossier, call.visitor.person)[-1])


def version(call: Call) -> Response:
    """One version, at the address that stays."""
    number, wanted = call.path("number"), call.path("version")
    dossier = journal.dossier(call.services.database, number)
    for one in readable(dossier, call.visitor.person):
        if one.number == wanted:
            return _page(call, dossier, one)
    raise NotFoundError(f"there is no version {wanted} of article {number}.")


def keep(call: Call) -> Response:
    """Keep an answer as an article, a draft of the person's own."""
    asked = asked_of(call)
    library = call.services.shelf.open(asked.library)
    question = resolve_thread(library, asked.thread).question if asked.thread else ""
    made = journal.open_dossier(
        call.services.database, call.person.id, library.ask(question, asked.audience, asked.length)
    )
    return call.go(f"/review/{made.id}")


def _page(call: Call, dossier: Dossier, shown: Version) -> Response:
    article = journal.article_of(call.services.database, dossier.id, shown.number)
    library = call.services.shelf.find(article.library.name)
    approval = approval_of(dossier, shown.number)
    state = state_today(shown.state, shown.expires)
    changed = max(shown.made, approval.at) if approval else shown.made
    here = f"/articles/{dossier.id}/versions/{shown.number}"
    frame = frame_of(
        call.services.policy,
        article,
        state,
        changed=changed,
        number=dossier.id,
        version=shown.number,
        approval=approval,
        notices=(
            *_notices(dossier, shown, state, readable(dossier, call.visitor.person)[-1]),
            *_changed(call, article, dossier, state, library),
        ),
        readers=tuple(
            Choice(label, here, True)
            if name == article.audience
            else Choice(label, question_address(article, audience=name))
            for name, label in READERS.items()
        ),
        lengths=tuple(
            Choice(label, here, True)
            if name == article.length
            else Choice(label, question_address(article, length=name))
            for name, label in LENGTHS.items()
        ),
        next_questions=tuple(
            Choice(question, question_address(article, then=question)) for question in article.follow_ups
        ),
        thread=(article.question,),
        permanent=call.origin + here,
        has_desk=call.visitor.may(*BOARD),
    )
    return call.page(
        "reading/article.html.jinja",
        frame=frame,
        drawn=drawn(call.services.templates, article, library),
    )


def _notices(dossier: Dossier, shown: Version, state: State, newest: Version) -> tuple[Notice, ...]:
    """What a reader of a version must know of where it stands, before they read on."""
    newer = (
        (f"/articles/{dossier.id}", "Read the newest version") if newest.number > shown.number else ("", "")
    )
    if dossier.state is State.WITHDRAWN:
        return (Notice("error", "This article was withdrawn.", dossier.reasons),)
    if state is State.SUPERSEDED and newer[0]:
        return (Notice("caution", "A newer version stands in the place of this one.", (), *newer),)
    if state is State.SUPERSEDED:
        return (
            Notice(
                "caution",
                "This version no longer stands.",
                ("Another is being prepared; it can be read here once it has been submitted for review.",),
            ),
        )
    if state is State.EXPIRED:
        reasons = dossier.reasons or (f"Its approval held until {shown.expires}.",)
        return (Notice("caution", "The approval of this article has run out.", reasons),)
    if dossier.reasons:
        return (Notice("caution", "This article was re-opened, and awaits review again.", dossier.reasons),)
    if state is State.CHANGES_REQUESTED:
        return (Notice("info", "A reviewer has asked for changes to this version.", ()),)
    return ()


def _changed(
    call: Call, article: Article, dossier: Dossier, state: State, library: Library | DocumentLibrary | None
) -> tuple[Notice, ...]:
    """That the library has changed under an approved article, where its reviewers have not been told yet."""
    database = call.services.database
    asked = (article.question, article.audience, article.length)
    if state is not State.APPROVED or library is None or living.standing_answer(database, library, *asked):
        return ()
    found = listing.approved_answer(database, article.library.name, *asked)
    if found is None or found[0].id != dossier.id:
        return ()
    due = living.changed_under(database, found[0], library)
    if due is None:
        return ()
    title = "The library has changed since this article was approved. Nobody has looked at it again yet."
    return (
        Notice(
            "caution", title, due.reasons, question_address(article), "See what the library answers today"
        ),
    )


ROUTES: tuple[Route, ...] = (
    Route("GET", "/articles", Need.READ, articles),
    Route("POST", "/articles", Need.AUTHOR, keep),
    Route("GET", "/articles/{number:int}", Need.READ, latest),
    Route("GET", "/articles/{number:int}/versions/{version:int}", Need.READ, version),
)
