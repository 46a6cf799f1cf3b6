"""A real server for every test here, in this process, so that what it runs is counted as covered."""

import contextlib
import threading
from collections.abc import Iterator

import httpx
import pytest
import uvicorn

from aitia.web.application import application, services_of
from aitia.web.call import Services
from aitia.web.protocol import BoundedProtocol
from aitia.web.settings import Settings
from tests.library.store.conftest import address, database, postgresql

__all__ = ["address", "database", "postgresql"]


@contextlib.contextmanager
def serving(services: Services) -> Iterator[str]:
    """Serve on a free port; gives the address."""
    config = uvicorn.Config(
        application(services),
        host="127.0.0.1",
        port=0,
        log_level="warning",
        lifespan="on",
        http=BoundedProtocol,
        proxy_headers=False,
        server_header=False,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        thread.join(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)


@pytest.fixture
def settings() -> Settings:
    """The settings of the server; a test module overrides the fixture for others."""
    return Settings()


@pytest.fixture
def services(address: str, settings: Settings) -> Services:
    """What the server works with, on an empty database."""
    del address
    return services_of(settings)


@pytest.fixture
def site(services: Services) -> Iterator[str]:
    """The address of a running server."""
    with serving(services) as place:
        yield place


@pytest.fixture
def browser(site: str) -> Iterator[httpx.Client]:
    """Somebody who is not signed in. Redirects are not followed."""
    with httpx.Client(base_url=site, timeout=30) as client:
        yield client
