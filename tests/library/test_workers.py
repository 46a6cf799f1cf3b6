"""Readers that crash, hang, eat memory or cannot even be loaded: each is told, and the rest goes on."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec import Struct

from aitia.cli.main import aitia
from aitia.doctor import examine
from aitia.library import readers as registry
from aitia.library.prepare import Failed, Prepared
from aitia.library.readers import broken_readers, readers
from aitia.library.workers import Part, outcomes, read_locally

PLUGIN = """
import ctypes, os, time
from aitia.library.document import Block, Document, Extent, Reader

def read(data, name):
    told = data.decode()
    if told == "crash":
        ctypes.string_at(0)
    if told == "leave":
        os._exit(3)
    if told == "hang":
        time.sleep(600)
    if told == "eat":
        held = bytearray(2**33)
    if told == "nest":
        def deeper(): return deeper()
        deeper()
    if told == "fault":
        raise KeyError("of the reader's own")
    yield Document(format="odd", title=told, extent=Extent.FULL, blocks=(Block("It says " + told + "."),))

READER = Reader(name="odd", suffixes=(".odd",), recognises=lambda head: True, read=read)
"""


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package with a reader of its own, and one that cannot be imported."""
    (tmp_path / "odd_reader.py").write_text(PLUGIN, encoding="utf-8")
    (tmp_path / "bad_reader.py").write_text("import a_package_that_is_not_there\n", encoding="utf-8")
    information = tmp_path / "odd-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: odd\nVersion: 1.0\n", encoding="utf-8"
    )
    (information / "entry_points.txt").write_text(
        "[aitia.readers]\nodd = odd_reader:READER\nbad = bad_reader:READER\n", encoding="utf-8"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    registry._found.cache_clear()
    yield
    sys.modules.pop("odd_reader", None)
    registry._found.cache_clear()


class Job(Struct, frozen=True):
    """The least that a job is."""

    part: Part | None


@pytest.mark.usefixtures("plugin")
def test_a_reader_that_fails_in_any_way_fails_alone_and_in_its_place() -> None:
    parts = ["one", "crash", "two", "leave", "hang", "three", "eat", "nest", "fault", "four"]
    jobs = [Job(Part("odd", f"{told}.odd", told.encode())) for told in parts]
    found = {}
    for job, encoded in read_locally([Job(None), *jobs], jobs=2, time_limit=8.0):
        if job.part is not None:
            (found[job.part.data.decode()],) = outcomes(encoded)
    assert list(found) == parts
    for told in ("one", "two", "three", "four"):
        made = found[told]
        assert isinstance(made, Prepared)
        assert made.text == f"It says {told}."
    for told, reason in (
        ("crash", "crashed"),
        ("leave", "crashed"),
        ("hang", "not read within 8 seconds"),
        ("eat", "memory"),
        ("nest", "nested too deeply"),
        ("fault", "KeyError"),
    ):
        failed = found[told]
        assert isinstance(failed, Failed), told
        assert reason in failed.reason


@pytest.mark.usefixtures("plugin")
def test_a_plugin_that_cannot_be_loaded_is_named_and_stops_nothing() -> None:
    assert "a_package_that_is_not_there" in broken_readers()["bad"]
    assert {"odd", "pdf", "pubmed"} <= set(readers())
    assert any("bad cannot be loaded" in finding.says and not finding.is_well for finding in examine())


@pytest.mark.usefixtures("plugin")
def test_a_plugin_reads_files_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AITIA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("AITIA_DATABASE_URL", raising=False)
    (tmp_path / "a.odd").write_text("gout", encoding="utf-8")
    result = CliRunner().invoke(aitia, ["library", "add", "--library", "odd", str(tmp_path / "a.odd")])
    assert "1 added" in result.output
