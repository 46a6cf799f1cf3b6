"""Who asks: the visitor of a request, from the cookie that it carries."""

from starlette.requests import Request

from aitia.web.call import Services, Visitor


def visitor_of(request: Request, services: Services) -> Visitor:
    """The visitor of a request."""
    del request, services
    return Visitor(None, "")


def carries_token(visitor: Visitor, token: str) -> bool:
    """Whether a form carries the visitor's token against forgery."""
    return token == visitor.csrf
