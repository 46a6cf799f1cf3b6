"""The API against its own description: whatever is sent, the answer is as described and none is a failure."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi import checks

from aitia.people import tokens
from aitia.people.audit import Doer
from aitia.people.roles import Role
from aitia.review import journal
from aitia.review.nouns import Submit
from aitia.web.api.openapi import document
from aitia.web.api.table import ROUTES
from aitia.web.application import services_of
from aitia.web.settings import Settings
from tests.library.store.opened import state_folder
from tests.people.made import make_person
from tests.web.conftest import serving

WHO = ("anonymous", "reviewer", "administrator")
CHECKS = (
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.unsupported_method,
    checks.allow_header_conformance,
    checks.missing_required_header,
)

schema = schemathesis.openapi.from_dict(
    document(ROUTES),
    config=SchemathesisConfig.from_dict(
        {
            "generation": {
                "max-examples": 4,
                "deterministic": True,
                "no-shrink": True,
                "database": "none",
                # Who asks is what the test decides.
                "with-security-parameters": False,
            },
            "phases": {"stateful": {"enabled": False}},
        }
    ),
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    """A server with articles in review, and the header of each who asks."""
    with state_folder(tmp_path_factory.mktemp("schema")):
        services = services_of(Settings(reads_a_minute=0))
        database = services.database
        author = make_person(database, "Ann Author", Role.AUTHOR)
        library = services.shelf.open()
        for question in ("Does smoking cause ALS?", "Is ALS hereditary?"):
            made = journal.open_dossier(database, author.id, library.ask(question))
        journal.act(database, services.policy, author.id, made.id, Submit(), seen=1)
        headers = {"anonymous": ""}
        for who, role in (("reviewer", Role.REVIEWER), ("administrator", Role.ADMINISTRATOR)):
            person = make_person(database, f"Some {who}", role)
            value = tokens.make(database, person.id, "test", tuple(tokens.Scope), 1, Doer())
            headers[who] = f"Bearer {value}"
        with serving(services) as place:
            yield f"{place}/api/v1", headers


@pytest.mark.parametrize("who", WHO)
@schema.parametrize()
def test_every_answer_is_as_described(case: Any, server: tuple[str, dict[str, str]], who: str) -> None:
    place, headers = server
    sent = {"Authorization": headers[who]} if headers[who] else {}
    case.call_and_validate(base_url=place, headers=sent, checks=list(CHECKS), timeout=20)
