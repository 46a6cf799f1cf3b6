"""From a search in PubMed to a retraction: records are added, asked about, and no longer cited once retracted."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from aitia.cli.main import aitia
from aitia.documents import DocumentLibrary
from aitia.errors import NOT_ANSWERED
from aitia.library.outside import fetcher
from tests.library.connectors.server import Answer, Asked, Server
from tests.library.connectors.test_pubmed import PubMed, article_set
from tests.library.made_up_pubmed import record

RETRACTED = (
    '<CommentsCorrectionsList><CommentsCorrections RefType="RetractionIn"><RefSource>J Made Up. 2021</RefSource>'
    '<PMID Version="1">90000999</PMID></CommentsCorrections></CommentsCorrectionsList>'
)


class Service(PubMed):
    """PubMed with records that have abstracts; some may be marked as retracted."""

    def __init__(self, pmids: range) -> None:
        super().__init__(pmids)
        self.retracted: set[int] = set()

    def fetch(self, fields: dict[str, str]) -> Answer:
        wanted = [int(pmid) for pmid in fields["id"].split(",")]
        return article_set(
            record(pmid, RETRACTED if pmid in self.retracted else "") for pmid in wanted if pmid in self.pmids
        )


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A server on this machine that stands for PubMed, and for a Crossref that knows nothing."""
    server = Server()
    made = Service(range(90_000_001, 90_000_301))

    def route(asked: Asked) -> Answer:
        return made(asked) if asked.path.endswith(".fcgi") else Answer(404, b"Resource not found.")

    server.route = route
    for variable in ("AITIA_EUTILS_URL", "AITIA_CROSSREF_URL", "AITIA_EUROPEPMC_URL"):
        monkeypatch.setenv(variable, server.url)
    fetcher.cache_clear()
    yield made
    fetcher().close()
    fetcher.cache_clear()
    server.close()


def run(*arguments: str) -> tuple[int, str]:
    """A command's exit code and what it printed."""
    result = CliRunner().invoke(aitia, list(arguments), catch_exceptions=False, standalone_mode=False)
    return int(result.return_value or 0), result.output


def test_a_source_that_is_retracted_later_is_no_longer_cited_and_the_answers_that_cite_it_are_listed(
    database: Engine, service: Service, tmp_path: Path
) -> None:
    del database
    code, said = run("library", "add", "--library", "heads", "pubmed:migraine[mesh]", "--jobs", "1")
    assert code == 0, said
    assert "300 added" in said
    question = "How do triptans reduce migraine pain?"
    first = DocumentLibrary.open("heads").ask(question)
    assert first.references
    code, said = run(
        "ask", "--library", "heads", "--keep", question, "--output", str(tmp_path / "answer.json")
    )
    assert code == 0, said
    victim = first.references[0]
    assert victim.pmid is not None
    service.retracted.add(int(victim.pmid))
    service.pmids.add(90_000_900)
    code, said = run("library", "refresh", "heads")
    assert code == NOT_ANSWERED
    assert "answer 1 of" in said
    assert f"cites {victim.id} (retracted)" in said
    again = DocumentLibrary.open("heads").ask(question)
    assert victim.id not in [reference.id for reference in again.references]
    assert any("retracted" in gap for gap in again.gaps)
    assert victim.id not in [found.source.id for found in DocumentLibrary.open("heads").search(question, 50)]
    assert "standing: retracted" in run("library", "show", victim.id, "--library", "heads")[1]
    # The search is asked again: what is new comes in, and nothing comes in twice.
    code, said = run("library", "add", "--library", "heads", "pubmed:migraine[mesh]", "--jobs", "1")
    assert code == 0
    assert "1 added" in said
    assert "300 held already" in said
