"""The routes of all pages, in the order in which they are tried."""

from aitia.web.pages import ask, sign_in
from aitia.web.routes import Route

ROUTES: tuple[Route, ...] = (*ask.ROUTES, *sign_in.ROUTES)
"""One line a module of pages: `*article.ROUTES, *library.ROUTES, ...`"""
