"""What a person had typed when their form could not be taken: it goes back to them in the page that says why.

Nothing of it is stored. The page holds it in a form that can be sent again.
"""

from msgspec import Struct
from starlette.responses import HTMLResponse, Response

from aitia.review.errors import ReviewError
from aitia.web.call import Call
from aitia.web.failures import meaning, sentence
from aitia.web.visits import is_sent_from_here

_OF_FORMS = ("/review/", "/articles")
"""Where the addresses begin whose forms people write in. Others hold passwords and files."""
_UNSENT = "/flags"
"""How the address ends that is asked while somebody still types."""
SIGNED_OUT = (
    "You are signed out",
    "Your session has ended. Nothing was recorded, and nothing is lost: what you had written is below.",
)
SEND_AGAIN = (
    "Look at it and send it again",
    "The page that you sent this from was opened in an earlier session. Nothing was recorded yet, and nothing is "
    "lost: what you had written is below.",
)
NOT_LOST = "Nothing was recorded. What you had written is not lost: it is below."
LABELS = {
    "text": "Your words",
    "reason": "Your reason",
    "reasons": "Your reasons",
    "statement": "Your statement of conflicts",
    "note": "Your note",
    "verdict": "Your verdict",
    "decision": "Your decision",
    "q": "The question",
}
"""How a form's fields are called on the page."""


class Field(Struct, frozen=True):
    """A field of the form as it was sent."""

    name: str
    value: str

    @property
    def label(self) -> str:
        """What people call it; empty for a field that they did not write."""
        return "Your words" if self.name.startswith("text.") else LABELS.get(self.name, "")


class Kept(Struct, frozen=True):
    """A form that was sent in vain."""

    address: str
    csrf: str
    """The token that it goes out with."""
    fields: tuple[Field, ...]


def gives_back(path: str) -> bool:
    """Whether what is typed into the forms of an address goes back to the person when they cannot be taken."""
    return path.startswith(_OF_FORMS) and not path.endswith(_UNSENT)


def kept(call: Call) -> Kept | None:
    """The form of a request, to be sent again; None if there is nothing to keep.

    A form that another site's page sent is not kept, since the person has not written it. Where nobody is known to
    be signed in, the form keeps the token that it came with: it may be good again in a moment.
    """
    path = call.request.url.path
    if call.request.method != "POST" or not gives_back(path):
        return None
    if not is_sent_from_here(call.request, call.services.settings):
        return None
    fields = tuple(
        Field(name, value)
        for name, value in call.form.multi_items()
        if isinstance(value, str) and name != "csrf"
    )
    if not fields:
        return None
    return Kept(path, call.visitor.csrf if call.visitor.person else call.field("csrf"), fields)


def kept_page(
    call: Call, found: Kept, status: int, title: str, text: str, *, can_send: bool, signed_out: bool = False
) -> HTMLResponse:
    """The page that says what happened and holds what was typed; `can_send`: to send it again may help."""
    return call.page(
        "review/kept.html.jinja",
        status,
        title=title,
        text=text,
        kept=found,
        can_send=can_send,
        signed_out=signed_out,
    )


def kept_form(call: Call, error: ReviewError) -> Response:
    """Why an action was not done, with what was typed. Raises the error itself if nothing was."""
    found = kept(call)
    if found is None:
        raise error
    status, title = meaning(error)
    return kept_page(call, found, status, title, f"{sentence(error)} {NOT_LOST}", can_send=False)
