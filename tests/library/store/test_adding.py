"""Loads: again, cut off, killed, spread over processes, with bad files among good ones; on both databases."""

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, select

from aitia.cli.main import aitia
from aitia.doctor import examine
from aitia.documents import DocumentLibrary
from aitia.library.store import libraries
from aitia.library.store.database import engine, reading
from aitia.library.store.tables import passages, sources, statements
from tests.library.made_up_pubmed import record, write_file

KILLS = int(os.environ.get("AITIA_TEST_KILLS", "3"))
"""How many times a load is killed, on each database."""
RECORDS = 8000
"""In the load that is killed."""
AITIA = (sys.executable, "-m", "aitia")


def run(*arguments: str) -> tuple[int, str]:
    """A command's exit code and what it printed."""
    result = CliRunner().invoke(aitia, list(arguments), catch_exceptions=False, standalone_mode=False)
    return int(result.return_value or 0), result.output


def state(database: Engine, name: str) -> str:
    """A hash of all that a library holds, whatever the order it was added in."""
    library = libraries.find(database, name)
    assert library is not None
    digest = hashlib.sha256()
    with reading(database) as connection:
        held = connection.execute(
            select(sources.c.id, sources.c.key, sources.c.content_hash, sources.c.text, sources.c.standing)
            .where(sources.c.library_id == library.id)
            .order_by(sources.c.key)
        ).all()
        keys = {row.id: row.key for row in held}
        for row in held:
            digest.update(repr(tuple(row)[1:]).encode())
        for table in (passages, statements):
            rows = [(keys[row[0]], *row[1:]) for row in connection.execute(select(table)) if row[0] in keys]
            digest.update(repr(sorted(rows)).encode())
    return digest.hexdigest()


def sources_in(database: Engine, name: str) -> int:
    """How many sources a library holds; 0 if there is no such library yet."""
    library = libraries.find(database, name)
    return libraries.count_sources(database, library.id) if library else 0


def faults() -> list[str]:
    """What `aitia doctor` finds wrong with databases and indexes."""
    return [
        one.says
        for one in examine()
        if not one.is_well and one.what.startswith(("library", "database", "index"))
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four files of records."""
    made = tmp_path / "records"
    made.mkdir()
    for number in range(4):
        write_file(made / f"pubmed{number}.xml.gz", 90_000_001 + 700 * number, 700)
    return made


def test_adding_again_changes_nothing(database: Engine, folder: Path) -> None:
    code, said = run("library", "add", "--library", "pm", str(folder), "--jobs", "1")
    assert code == 0
    assert "2,800 added" in said
    before = state(database, "pm")
    assert "4 files unchanged" in run("library", "add", "--library", "pm", str(folder))[1]
    assert "2,800 held already" in run("library", "add", "--library", "pm", str(folder), "--again")[1]
    assert state(database, "pm") == before
    assert not faults()


def test_two_processes_do_what_one_does(database: Engine, folder: Path) -> None:
    run("library", "add", "--library", "one", str(folder), "--jobs", "1")
    run("library", "add", "--library", "two", str(folder), "--jobs", "2")
    assert state(database, "one") == state(database, "two")


def test_a_killed_load_leaves_whole_sources_and_goes_on(database: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(4):
        write_file(folder / f"pubmed{number}.xml.gz", 90_000_001 + 2000 * number, RECORDS // 4)
    started = time.monotonic()
    subprocess.run([*AITIA, "library", "add", "--library", "clean", str(folder), "--jobs", "1"], check=True)
    takes = time.monotonic() - started
    clean = state(database, "clean")
    chance = random.Random(20261122)
    in_the_middle = 0
    for number in range(KILLS):
        name = f"cut{number}"
        command = [*AITIA, "library", "add", "--library", name, str(folder), "--jobs", "1"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if number % 2:
            time.sleep(takes * chance.uniform(0.0, 1.0))
        else:
            # While it writes, however slow the machine is.
            while process.poll() is None and not sources_in(database, name):
                time.sleep(0.01)
            time.sleep(takes * chance.uniform(0.0, 0.3))
        process.send_signal(signal.SIGKILL)
        process.wait()
        library = libraries.find(database, name)
        held = set[int]()
        if library is not None:
            with reading(database) as connection:
                query = select(sources.c.id).where(sources.c.library_id == library.id)
                held = set(connection.execute(query).scalars())
                assert held <= set(connection.execute(select(statements.c.source_id)).scalars())
        in_the_middle += 0 < len(held) < RECORDS
        finished = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert finished.returncode == 0, finished.stderr
        assert state(database, name) == clean
    print(f"{KILLS} kills, {in_the_middle} of them with part of the load written")
    assert in_the_middle
    assert not faults()


def test_an_interrupt_keeps_what_was_read_and_makes_it_findable(database: Engine, folder: Path) -> None:
    command = [*AITIA, "library", "add", "--library", "cut", str(folder), "--jobs", "1"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for _ in range(600):
        time.sleep(0.02)
        if sources_in(database, "cut") or process.poll() is not None:
            break
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    if process.returncode == 0:
        pytest.skip("the load was over before it could be interrupted")
    assert process.returncode == 130, said
    assert "goes on from there" in said
    assert DocumentLibrary.open("cut").search("migraine", 5)
    assert not [fault for fault in faults() if "index" in fault]
    run("library", "add", "--library", "cut", str(folder))
    run("library", "add", "--library", "clean", str(folder))
    assert state(database, "cut") == state(database, "clean")


def test_one_bad_file_does_not_stop_the_rest(database: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "a.md").write_text("# Gout\n\nGout is caused by crystals of urate.\n", encoding="utf-8")
    (folder / "b.pdf").write_bytes(b"%PDF-1.7\nno more than this")
    (folder / "c.xml").write_text(
        f"<PubmedArticleSet>{record(90000001)}<PubmedArticle><PMID>9", encoding="utf-8"
    )
    (folder / "d.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    (folder / "e.txt").write_bytes(b"")
    (folder / "f.html").write_bytes(b"%PDF-1.4 this is no page")
    (folder / "out.md").symlink_to("/etc/hostname")
    with zipfile.ZipFile(folder / "g.zip", "w") as archive:
        archive.writestr("../../slip.md", "# Slip\n\nThis must not be read.")
        archive.writestr("good.md", "# Lupus\n\nLupus is a disease of the immune system.\n")
        archive.writestr("bomb.txt", b"a" * 90_000_000, zipfile.ZIP_DEFLATED)
    code, said = run("library", "add", "--library", "mixed", str(folder))
    assert code == 1
    for name, reason in (
        ("b.pdf", "damaged"),
        ("c.xml", ""),
        ("e.txt", "empty"),
        ("f.html", "pdf"),
        ("out.md", "link that leads out"),
        ("slip.md", "leads out of the archive"),
        ("bomb.txt", "only a bomb does"),
    ):
        assert any(name in line and reason in line for line in said.splitlines()), (name, said)
    assert "1 files of other kinds passed over" in said
    held = {row.source.title for row in DocumentLibrary.open("mixed").search("gout lupus migraine", 9)}
    assert {"Gout", "Lupus"} <= held
    assert not (tmp_path / "slip.md").exists()
    del database


def test_a_dry_run_reads_nothing(database: Engine, folder: Path) -> None:
    code, said = run("library", "add", "--library", "dry", str(folder), "--dry-run")
    assert code == 0
    assert said.count("pubmed ") == 4
    assert libraries.find(database, "dry") is None


def test_a_second_writer_is_told_to_wait(database: Engine, folder: Path) -> None:
    from aitia.errors import StateError
    from aitia.library.store.locks import only_writer

    library = libraries.create(database, "busy")
    with only_writer(database, library), pytest.raises(StateError, match="another process is adding"):
        run("library", "add", "--library", "busy", str(folder))


def test_a_lost_or_damaged_index_is_made_again(database: Engine, folder: Path) -> None:
    import shutil

    from aitia.library.store.index import index_folder

    run("library", "add", "--library", "pm", str(folder))
    library = libraries.find(database, "pm")
    assert library is not None
    for damage in ("remove", "truncate"):
        if damage == "remove":
            shutil.rmtree(index_folder(library))
        else:
            for file in index_folder(library).glob("*.store"):
                file.write_bytes(b"")
            (index_folder(library) / "meta.json").write_text("{", encoding="utf-8")
        assert faults()
        assert run("doctor", "--fix")[1].count("mended") == 1
        assert not faults()
    assert DocumentLibrary.open("pm").search("migraine", 3)


def test_removing_a_library_removes_its_index_and_nothing_else(database: Engine, folder: Path) -> None:
    for name in ("kept", "gone"):
        run("library", "add", "--library", name, str(folder))
    before = state(database, "kept")
    run("library", "remove", "gone", "--yes")
    assert libraries.find(database, "gone") is None
    assert state(database, "kept") == before
    assert not faults()
    engine().dispose()
