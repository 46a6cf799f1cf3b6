"""Reading on a Dask scheduler with two worker processes gives what reading here gives."""

import warnings
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from aitia.cli.main import aitia
from aitia.errors import StateError
from tests.library.made_up_pubmed import write_file
from tests.library.store.test_adding import state


def run(*arguments: str) -> tuple[int, str]:
    """A command's exit code and what it printed."""
    result = CliRunner().invoke(aitia, list(arguments), catch_exceptions=False, standalone_mode=False)
    return int(result.return_value or 0), result.output


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_reads_as_one_process_does(database: Engine, tmp_path: Path) -> None:
    from distributed import LocalCluster

    folder = tmp_path / "records"
    folder.mkdir()
    for number in range(2):
        write_file(folder / f"pubmed{number}.xml.gz", 90_000_001 + 1500 * number, 1500)
    (folder / "bad.pdf").write_bytes(b"%PDF-1.7 nothing")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with LocalCluster(  # type: ignore[no-untyped-call]
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster:
            code, said = run(
                "library", "add", "--library", "far", str(folder), "--cluster", cluster.scheduler_address
            )
    assert code == 1
    assert "3,000 added" in said
    assert "bad.pdf" in said
    run("library", "add", "--library", "near", str(folder), "--jobs", "1")
    assert state(database, "far") == state(database, "near")


def test_a_scheduler_that_is_not_there_is_told(database: Engine, tmp_path: Path) -> None:
    del database
    write_file(tmp_path / "a.xml", 90_000_001, 3)
    with pytest.raises(StateError, match="cannot be reached"):
        run("library", "add", "--library", "far", str(tmp_path / "a.xml"), "--cluster", "tcp://127.0.0.1:9")
