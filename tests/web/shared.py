"""One server on one SQLite database for all tests of a module that have nothing to do with the database."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from aitia.library.store.database import engine
from aitia.web.application import services_of
from aitia.web.settings import Settings
from tests.library.store.opened import state_folder
from tests.web.conftest import serving
from tests.web.forms import Enter, entering


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The database."""
    with state_folder(tmp_path_factory.mktemp("shared")):
        yield engine()


@pytest.fixture(scope="module")
def site(database: Engine) -> Iterator[str]:
    """The address of the server."""
    del database
    with serving(services_of(Settings())) as place:
        yield place


@pytest.fixture(scope="module")
def enter(site: str, database: Engine) -> Iterator[Enter]:
    """People who sign in."""
    with entering(site, database) as one:
        yield one
