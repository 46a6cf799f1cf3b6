"""The routes of the API, in the order in which they are tried."""

from aitia.web.api import articles, libraries, loads, reading, service
from aitia.web.api.nouns import ApiRoute

ROUTES: tuple[ApiRoute, ...] = (
    *reading.ROUTES,
    *libraries.ROUTES,
    *loads.ROUTES,
    *articles.ROUTES,
    *service.ROUTES,
)
