"""The routes of all pages, in the order in which they are tried."""

from aitia.web import operation
from aitia.web.pages import (
    account,
    api,
    article,
    ask,
    board,
    desk,
    history,
    library,
    openid,
    people,
    queue,
    sign_in,
    versions,
)
from aitia.web.routes import Route

ROUTES: tuple[Route, ...] = (
    *operation.ROUTES,
    *ask.ROUTES,
    *article.ROUTES,
    *board.ROUTES,
    *queue.ROUTES,
    *desk.ROUTES,
    *versions.ROUTES,
    *history.ROUTES,
    *library.ROUTES,
    *sign_in.ROUTES,
    *openid.ROUTES,
    *account.ROUTES,
    *people.ROUTES,
    *api.ROUTES,
)
