"""The routes of the API, in the order in which they are tried."""

from aitia.web.api import reading
from aitia.web.api.nouns import ApiRoute

ROUTES: tuple[ApiRoute, ...] = (*reading.ROUTES,)
