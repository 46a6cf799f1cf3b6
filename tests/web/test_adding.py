"""Adding documents in a browser: from a file that is sent to an answer that cites it, and what may go wrong."""

import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine, update

from aitia.documents import DocumentLibrary
from aitia.library.store import libraries
from aitia.library.store.database import engine, writing
from aitia.library.store.locks import only_writer
from aitia.people.roles import Role
from aitia.state import home
from aitia.web import jobs, uploads, work
from aitia.web.call import Services
from aitia.web.settings import Settings
from aitia.web.tables import jobs as table
from tests.documents.examples import DOCUMENTS, EXAMPLES
from tests.library.made_up_pubmed import write_file
from tests.library.store.conftest import on_sqlite
from tests.library.store.test_adding import state
from tests.people.made import csrf_of, email_of, make_person, sign_in

PATIENCE = 60.0
"""Seconds in which a job must have ended."""


@pytest.fixture
def settings() -> Settings:
    return Settings(upload_megabytes=3)


@pytest.fixture(autouse=True)
def no_job_is_left(address: str) -> Iterator[None]:
    """Jobs end with their test, while its database is still there."""
    del address
    yield
    work.close()


@pytest.fixture
def editor(browser: httpx.Client, services: Services) -> httpx.Client:
    """An editor, signed in, with an empty library."""
    libraries.create(services.database, "clinic", "Our clinic")
    make_person(services.database, "Erin Editor", Role.EDITOR)
    sign_in(browser, email_of("Erin Editor"))
    return browser


def send(
    client: httpx.Client, *files: tuple[str, bytes], addresses: str = "", to: str = "clinic"
) -> httpx.Response:
    """Send the form as a browser does."""
    form = f"/library/{to}/add"
    parts = [("files", (name, content, "application/octet-stream")) for name, content in files]
    return client.post(
        form,
        data={"csrf": csrf_of(client, form), "addresses": addresses},
        files=parts or [("files", ("", b""))],
    )


def number_of(answer: httpx.Response) -> int:
    assert answer.status_code == 303, answer.text
    return int(answer.headers["location"].rpartition("/")[2])


def ended(database: Engine, number: int) -> jobs.Job:
    """The job, when it has ended."""
    until = time.monotonic() + PATIENCE
    while (job := jobs.find(database, number)).state in ("waiting", "running"):
        assert time.monotonic() < until, job
        time.sleep(0.05)
    return job


def press(client: httpx.Client, page: str, action: str) -> httpx.Response:
    """Press a button of a page."""
    return client.post(action, data={"csrf": csrf_of(client, page)})


def test_documents_that_are_sent_answer_with_citations(editor: httpx.Client, services: Services) -> None:
    answer = send(editor, *((name, (DOCUMENTS / name).read_bytes()) for name in EXAMPLES))
    job = ended(services.database, number_of(answer))
    assert (job.state, job.details.added, job.details.troubles) == ("done", 6, ())
    assert job.read == job.size > 0
    page = editor.get(f"/jobs/{job.id}").text
    assert "Done, in" in page
    assert "hx-get" not in page
    assert not uploads.folder_of(job.id).exists()
    found = DocumentLibrary.open("clinic").ask("How is migraine treated?")
    assert found.answered
    place = found.passages[0]
    shown = editor.get(
        f"/library/clinic/sources/{place.source_id}/passages/{place.passage}",
        params={"mark": place.statement_id},
    )
    assert "<mark" in shown.text
    source = editor.get(f"/library/clinic/sources/{place.source_id}").text
    assert f"upload {job.id}.1: migraine-guideline.pdf" in source
    assert str(home()) not in source


@on_sqlite
def test_the_same_files_again_are_held_already(editor: httpx.Client, services: Services) -> None:
    content = (DOCUMENTS / "gout-pathway.docx").read_bytes()
    for expected in ((1, 0), (0, 1)):
        job = ended(services.database, number_of(send(editor, ("gout.docx", content))))
        assert (job.details.added, job.details.unchanged) == expected


@on_sqlite
def test_two_files_of_one_name_are_two_documents(editor: httpx.Client, services: Services) -> None:
    send_both = send(
        editor,
        ("notes.md", b"# Gout\n\nGout is caused by crystals of urate.\n"),
        ("notes.md", b"# Lupus\n\nLupus is a disease of the immune system.\n"),
    )
    assert ended(services.database, number_of(send_both)).details.added == 2
    third = send(editor, ("notes.md", b"# Scurvy\n\nScurvy is caused by a lack of vitamin C.\n"))
    assert ended(services.database, number_of(third)).details.added == 1
    library = libraries.find(services.database, "clinic")
    assert library is not None
    assert libraries.count_sources(services.database, library.id) == 3


REFUSED: tuple[tuple[tuple[tuple[str, bytes], ...], str, str], ...] = (
    ((), "", "Choose a file, or write an address."),
    ((("photo.jpg", b"\xff\xd8"),), "", "photo.jpg: files of this kind cannot be read."),
    ((("noending", b"words"),), "", "files of this kind cannot be read"),
    ((("empty.md", b""),), "", "empty.md: it is empty."),
    ((), "/etc/passwd", "/etc/passwd: this is no address"),
    ((), "../../secret.md", "this is no address"),
    ((), "file:///etc/passwd", "this is no address"),
    ((), "https://127.0.0.1/admin", "not an address of the public internet"),
    ((), "http://169.254.169.254/latest/meta-data/", "not an address of the public internet"),
    ((), "https://[::1]/", "not an address of the public internet"),
    ((), "https://0x7f000001/", "not an address of the public internet"),
    ((), "https://example.org:8080/", "it uses port 8080"),
    ((), "https://user:secret@example.org/", "carries a user name"),
    ((), "doi:10.1/x\n" * 2 + "\n".join(f"doi:10.1000/{n}" for n in range(60)), "at most 50 are taken"),
    ((), "pubmed:" + "x" * 3000, "longer than 2,000 characters"),
)


@on_sqlite
def test_what_cannot_be_read_is_refused_before_anything_is_kept(
    editor: httpx.Client, services: Services
) -> None:
    for files, addresses, reason in REFUSED:
        answer = send(editor, *files, addresses=addresses)
        assert answer.status_code == 422, addresses
        assert reason in answer.text, (addresses, answer.text)
        assert "Nothing was added yet" in answer.text
    assert jobs.recent(services.database) == []
    assert not uploads.folder_of(1).exists()


@on_sqlite
def test_a_name_that_stands_for_this_machine_is_refused_when_it_is_dialled(
    editor: httpx.Client, services: Services
) -> None:
    job = ended(services.database, number_of(send(editor, addresses="https://localhost/secret")))
    assert job.state == "done"
    assert "its address is not one of the public internet" in job.details.troubles[0].reason
    assert job.documents == 0


@on_sqlite
def test_too_much_is_refused(editor: httpx.Client, services: Services) -> None:
    answer = send(editor, ("big.txt", b"words " * 600_000))
    assert answer.status_code == 413
    assert jobs.recent(services.database) == []
    assert (
        ended(services.database, number_of(send(editor, ("fits.txt", b"Gout hurts. " * 20)))).details.added
        == 1
    )


HOSTILE = (
    "../../../../etc/cron.d/evil.md",
    "..\\..\\windows\\evil.md",
    "/etc/passwd.md",
    "C:\\evil.md",
    "<script>alert(1)</script>.md",
    "line\r\nbreak.md",
    "\u202egpj.exe.md",
    ".md",
    "a" * 4000 + ".md",
    "$(reboot).md",
    "%2e%2e%2fevil.md",
)


@on_sqlite
def test_no_name_of_a_file_leads_anywhere(editor: httpx.Client, services: Services) -> None:
    contents = {
        name: f"# Disease {place}\n\nDisease {place} is caused by number {place}.\n".encode()
        for place, name in enumerate(HOSTILE)
    }
    job = ended(services.database, number_of(send(editor, *contents.items())))
    assert (job.state, job.details.added) == ("done", len(HOSTILE)), job
    page = editor.get(f"/jobs/{job.id}").text
    assert "<script>alert" not in page
    assert "\u202e" not in page
    for upload in job.details.files:
        assert "/" not in upload.name
        assert len(upload.name) <= 120
    assert not [path for path in home().rglob("*") if path.suffix == ".md"]
    assert "<script>alert" not in editor.get("/library/clinic").text


@on_sqlite
def test_bombs_and_slips_are_refused_and_the_rest_is_read(editor: httpx.Client, services: Services) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../slip.md", "# Slip\n\nThis must not be read.")
        archive.writestr("good.md", "# Lupus\n\nLupus is a disease of the immune system.\n")
        archive.writestr("bomb.txt", b"a" * 90_000_000)
    job = ended(services.database, number_of(send(editor, ("papers.zip", stream.getvalue()))))
    assert job.details.added == 1
    reasons = {one.origin: one.reason for one in job.details.troubles}
    assert "leads out of the archive" in reasons[f"upload {job.id}.1: papers.zip > ../../slip.md"]
    assert "only a bomb does" in reasons[f"upload {job.id}.1: papers.zip > bomb.txt"]
    page = editor.get(f"/jobs/{job.id}").text
    assert "only a bomb does" in page
    assert "Done, except for 2 files or records" in page
    assert not list(home().rglob("slip.md"))


def records(tmp_path: Path, count: int) -> bytes:
    return write_file(tmp_path / "records.xml.gz", 90_000_001, count).read_bytes()


def test_a_job_can_be_watched_left_and_stopped_and_goes_on(
    editor: httpx.Client, services: Services, tmp_path: Path
) -> None:
    content = records(tmp_path, 6000)
    number = number_of(send(editor, ("records.xml.gz", content)))
    until = time.monotonic() + PATIENCE
    while not (job := jobs.find(services.database, number)).documents:
        assert time.monotonic() < until, job
        assert job.state in ("waiting", "running"), job
        time.sleep(0.02)
    page = editor.get(f"/jobs/{number}").text
    assert f'hx-get="/jobs/{number}/progress"' in page
    assert '<meta http-equiv="refresh"' in page
    assert "<progress" in page
    fragment = editor.get(f"/jobs/{number}/progress").text
    assert "<html" not in fragment
    assert f"/jobs/{number}" in editor.get("/library/clinic").text
    assert f"/jobs/{number}" in editor.get("/jobs").text
    assert press(editor, f"/jobs/{number}", f"/jobs/{number}/stop").status_code == 303
    assert jobs.find(services.database, number).state == "stopped"
    shown = editor.get(f"/jobs/{number}").text
    assert "It was stopped. What was read is kept." in shown
    assert press(editor, f"/jobs/{number}", f"/jobs/{number}/go-on").status_code == 303
    job = ended(services.database, number)
    assert job.state == "done", job
    library = libraries.find(services.database, "clinic")
    assert library is not None
    assert libraries.count_sources(services.database, library.id) == 6000
    assert job.documents < 6000, "it began anew"
    again = press(editor, "/library/clinic/add", f"/jobs/{number}/go-on")
    assert again.status_code == 404
    assert "is done" in again.text


def test_a_job_waits_while_another_process_adds(editor: httpx.Client, services: Services) -> None:
    library = libraries.find(services.database, "clinic")
    assert library is not None
    with only_writer(services.database, library):
        number = number_of(send(editor, ("gout.md", b"# Gout\n\nGout is caused by crystals of urate.\n")))
        until = time.monotonic() + PATIENCE
        while "another process" not in jobs.find(services.database, number).details.said.lower():
            assert time.monotonic() < until
            time.sleep(0.02)
        assert "Another process is adding to the library." in editor.get(f"/jobs/{number}").text
    assert ended(services.database, number).state == "done"


@on_sqlite
def test_jobs_take_turns(editor: httpx.Client, services: Services, tmp_path: Path) -> None:
    first = number_of(send(editor, ("records.xml.gz", records(tmp_path, 3000))))
    libraries.create(services.database, "second")
    second = number_of(send(editor, ("gout.md", b"# Gout\n\nGout is caused by urate.\n"), to="second"))
    assert jobs.find(services.database, second).state == "waiting"
    assert ended(services.database, first).state == "done"
    assert ended(services.database, second).state == "done"
    assert jobs.find(services.database, first).updated < jobs.find(services.database, second).updated


SERVER = """
import sys, time
from aitia.web.application import services_of
from aitia.web.settings import Settings
from tests.web.conftest import serving

if __name__ == "__main__":
    with serving(services_of(Settings())) as address:
        print(address, flush=True)
        time.sleep(600)
"""


def start_server(script: Path) -> tuple[subprocess.Popen[str], str]:
    """A server in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    assert line.startswith("http"), line
    return process, line


def end_server(process: subprocess.Popen[str], how: signal.Signals) -> None:
    process.send_signal(how)
    process.wait(30)
    assert process.stdout is not None
    process.stdout.close()


def test_a_job_of_a_server_that_was_killed_is_taken_up_again(database: Engine, tmp_path: Path) -> None:
    script = tmp_path / "server.py"
    script.write_text(SERVER, encoding="utf-8")
    for name in ("clinic", "clean"):
        libraries.create(database, name)
    make_person(database, "Erin Editor", Role.EDITOR)
    content = records(tmp_path, 3000)
    process, address = start_server(script)
    try:
        with httpx.Client(base_url=address, timeout=30) as client:
            sign_in(client, email_of("Erin Editor"))
            number = number_of(send(client, ("records.xml.gz", content)))
        library = libraries.find(database, "clinic")
        assert library is not None
        until = time.monotonic() + PATIENCE
        while not libraries.count_sources(database, library.id):
            assert time.monotonic() < until
            time.sleep(0.01)
    finally:
        end_server(process, signal.SIGKILL)
    held = libraries.count_sources(database, library.id)
    assert 0 < held < 3000
    job = jobs.find(database, number)
    assert job.state == "running"
    assert job.was_cut_off
    process, address = start_server(script)
    try:
        with httpx.Client(base_url=address, timeout=30) as client:
            sign_in(client, email_of("Erin Editor"))
            page = client.get(f"/jobs/{number}").text
            assert "The server was stopped while this was under way." in page
            assert "hx-get" not in page
            assert press(client, f"/jobs/{number}", f"/jobs/{number}/go-on").status_code == 303
            job = ended(database, number)
            assert (job.state, job.shown) == ("done", "done")
            assert 0 < job.documents < 3000, "it began anew"
            ended(database, number_of(send(client, ("records.xml.gz", content), to="clean")))
    finally:
        end_server(process, signal.SIGTERM)
    assert state(database, "clinic") == state(database, "clean")
    assert not uploads.folder_of(number).exists()
    engine().dispose()


@on_sqlite
def test_a_silent_job_counts_as_stopped_wherever_it_ran(editor: httpx.Client, services: Services) -> None:
    number = number_of(send(editor, ("gout.md", b"# Gout\n\nGout is caused by crystals of urate.\n")))
    ended(services.database, number)
    with writing(services.database) as connection:
        connection.execute(
            update(table)
            .where(table.c.id == number)
            .values(state="running", updated="2026-01-01T00:00:00.000000Z")
        )
    page = editor.get(f"/jobs/{number}").text
    assert "The server was stopped" in page
    # Its file was removed when it was done, or lies on another machine: that is told.
    answer = press(editor, f"/jobs/{number}", f"/jobs/{number}/go-on")
    assert answer.status_code == 404
    assert "no longer kept on this server" in answer.text


@on_sqlite
def test_nothing_is_added_to_a_library_of_files(editor: httpx.Client) -> None:
    page = editor.get("/library/als-starter/add")
    assert page.status_code == 404
    assert "nothing can be added to als-starter" in page.text.lower()


@on_sqlite
def test_readers_and_strangers_neither_add_nor_see_jobs(browser: httpx.Client, services: Services) -> None:
    libraries.create(services.database, "clinic")
    make_person(services.database, "Rita Reviewer", Role.REVIEWER, Role.AUTHOR, Role.READER)
    pages = ("/library/clinic/add", "/jobs", "/jobs/1", "/jobs/1/progress", "/admin/libraries")
    for page in pages:
        answer = browser.get(page)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")
    sign_in(browser, email_of("Rita Reviewer"))
    for page in pages:
        assert browser.get(page).status_code == 403
    assert browser.post("/jobs/1/stop", data={"csrf": "x"}).status_code == 403


@pytest.fixture
def administrator(browser: httpx.Client, services: Services) -> httpx.Client:
    make_person(services.database, "Ada Administrator", Role.ADMINISTRATOR)
    sign_in(browser, email_of("Ada Administrator"))
    return browser


def change(client: httpx.Client, **fields: str) -> httpx.Response:
    return client.post("/admin/libraries", data={"csrf": csrf_of(client, "/admin/libraries"), **fields})


def test_an_administrator_makes_fills_and_removes_a_library(
    administrator: httpx.Client, services: Services
) -> None:
    made = change(administrator, action="create", name="clinic", title="Our <b>clinic</b>")
    assert made.headers["location"] == "/library/clinic/add"
    assert "Our &lt;b&gt;clinic&lt;/b&gt;" in administrator.get("/library").text
    ended(
        services.database,
        number_of(send(administrator, ("gout.md", b"# Gout\n\nGout is caused by urate.\n"))),
    )
    assert "1 source<" in administrator.get("/admin/libraries").text
    for wrong in ("", "Clinic", "als-starter"):
        answer = change(administrator, action="remove", name="clinic", confirmation=wrong)
        assert answer.status_code == 422
        assert "Nothing was removed" in answer.text
    job = ended(
        services.database,
        number_of(change(administrator, action="remove", name="clinic", confirmation="clinic")),
    )
    assert (job.state, job.details.removed) == ("done", 1)
    assert libraries.find(services.database, "clinic") is None
    assert administrator.get("/library/clinic").status_code == 404
    assert administrator.get(f"/jobs/{job.id}").status_code == 200


UNDOABLE: tuple[tuple[dict[str, str], int, str], ...] = (
    ({"action": "create", "name": "No Name"}, 422, "cannot be the name of a library"),
    ({"action": "create", "name": "als-starter"}, 422, "comes with Aitia"),
    ({"action": "create", "name": "x", "title": "t" * 201}, 422, "at most 200"),
    ({"action": "remove", "name": "nothing", "confirmation": "nothing"}, 404, "no library"),
    ({"action": "refresh", "name": "../x"}, 404, "no library"),
    ({"action": "reboot"}, 422, "nothing that can be done"),
)


@on_sqlite
def test_what_cannot_be_done_about_a_library_is_told(administrator: httpx.Client) -> None:
    for fields, status, reason in UNDOABLE:
        answer = change(administrator, **fields)
        assert answer.status_code == status, fields
        assert reason in answer.text, fields


@on_sqlite
def test_standings_are_asked_for_in_a_job(administrator: httpx.Client, services: Services) -> None:
    libraries.create(services.database, "clinic")
    job = ended(services.database, number_of(change(administrator, action="refresh", name="clinic")))
    assert (job.state, job.details.kind, job.details.troubles_in_all) == ("done", "refresh", 0)
