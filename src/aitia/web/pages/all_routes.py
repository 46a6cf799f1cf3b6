"""The routes of all pages, in the order in which they are tried."""

from aitia.web import operation
from aitia.web.pages import ask, library, sign_in
from aitia.web.routes import Route

ROUTES: tuple[Route, ...] = (*operation.ROUTES, *ask.ROUTES, *library.ROUTES, *sign_in.ROUTES)
"""One line a module of pages: `*article.ROUTES, *library.ROUTES, ...`"""
