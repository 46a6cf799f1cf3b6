"""The routes of all pages, in the order in which they are tried."""

from aitia.web.routes import Route

ROUTES: tuple[Route, ...] = ()
"""One line a module of pages: `*article.ROUTES, *library.ROUTES, ...`"""
