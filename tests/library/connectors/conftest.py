import ssl
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from aitia.library.connectors.fetch import Fetcher
from aitia.library.connectors.settings import Settings
from tests.library.connectors.server import PUBLIC, Clock, LocalDialler, Server


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def dialler(server: Server) -> LocalDialler:
    return LocalDialler(server.port)


@pytest.fixture(scope="session")
def authorities() -> ssl.SSLContext:
    return httpx.create_ssl_context()


MakeFetcher = Callable[..., Fetcher]


@pytest.fixture
def fetcher_of(
    server: Server, clock: Clock, dialler: LocalDialler, authorities: ssl.SSLContext
) -> Iterator[MakeFetcher]:
    """Makes fetchers that take every name for a public host and every service for the server on this machine."""
    made: list[Fetcher] = []

    def make(names: dict[str, tuple[str, ...]] | None = None, **settings: Any) -> Fetcher:
        known = {"127.0.0.1": ("127.0.0.1",), **(names or {})}
        settings.setdefault("allowed", frozenset({("127.0.0.1", server.port)}))
        fetcher = Fetcher(
            Settings(eutils=server.url, europepmc=server.url, crossref=server.url, **settings),
            resolver=lambda host, _: known.get(host, (PUBLIC,)),
            dialler=dialler,
            authorities=authorities,
            clock=clock,
            sleep=clock.sleep,
            jitter=lambda _, most: most,
        )
        made.append(fetcher)
        return fetcher

    yield make
    for fetcher in made:
        fetcher.close()


@pytest.fixture
def fetcher(fetcher_of: MakeFetcher) -> Fetcher:
    return fetcher_of()
