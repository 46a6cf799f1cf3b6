import io
import zipfile

import pytest

from aitia.library.connectors import Fetched, FetchError
from aitia.library.connectors.fetch import Fetcher
from aitia.library.connectors.web import HTTP, HTTPS
from tests.library.connectors.server import PUBLIC, Answer, LocalDialler, Server

PAGE = b"<!DOCTYPE html>\n<html><head><title>Made-up guideline</title></head><body><p>One.</p></body></html>"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n"


def word(document: str = "word/document.xml") -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(document, "<w:document/>")
    return held.getvalue()


def get(fetcher: Fetcher, address: str = "//journal.example/guides/made-up%20guide?version=2") -> Fetched:
    (part,) = HTTP.fetch(address, fetcher, None)
    return part


def test_a_page_is_fetched_with_its_address_and_name(
    server: Server, fetcher: Fetcher, dialler: LocalDialler
) -> None:
    server.route = lambda _: Answer(body=PAGE, type="text/html")
    part = get(fetcher)
    assert part == Fetched(
        origin="http://journal.example/guides/made-up%20guide?version=2",
        name="made-up guide",
        position="done",
        data=PAGE,
        reader="html",
    )
    assert server.asked[0].target == "/guides/made-up%20guide?version=2"
    assert dialler.dialled == [(PUBLIC, 80)]
    assert list(HTTP.fetch("//journal.example/", fetcher, part.position)) == []
    assert len(server.asked) == 1
    assert (HTTP.name, HTTPS.name) == ("http", "https")


@pytest.mark.parametrize(
    ("body", "type", "reader"),
    [
        (PAGE, "text/html; charset=utf-8", "html"),
        (PAGE, "", "html"),
        (b"\n<!-- made --><html><p>x</html>", "text/plain", "html"),
        (b"<p>A page without beginning", "text/html", "html"),
        (PAGE, "application/xhtml+xml", "html"),
        (PDF, "application/pdf", "pdf"),
        (PDF, "application/octet-stream", "pdf"),
        (PDF, "text/html", "pdf"),
        (b"<html><p>A file that begins with %PDF-1.7 is a PDF file.</p></html>", "text/html", "html"),
        (word(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
        (word(), "application/zip", "docx"),
        (b"A line.\nAnother.", "text/plain; charset=us-ascii", "text"),
        (b"# A heading", "text/markdown", "markdown"),
        (b"<?xml version='1.0'?><PubmedArticleSet></PubmedArticleSet>", "application/xml", "pubmed"),
        (b"<?xml version='1.0'?>\n<article></article>", "text/xml", "jats"),
    ],
)
def test_the_reader_is_chosen_by_first_bytes_and_type(
    server: Server, fetcher: Fetcher, body: bytes, type: str, reader: str
) -> None:
    server.route = lambda _: Answer(body=body, type=type)
    assert get(fetcher).reader == reader


@pytest.mark.parametrize(
    ("body", "type", "why"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0", "image/png", r"not read \(image/png\)"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "text/html", "not read"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "", "none told"),
        (word("xl/workbook.xml"), "application/octet-stream", "not read"),
        (word("xl/workbook.xml"), "text/plain", "not read"),
        (b"PK\x03\x04 broken", "application/zip", "not read"),
        (b"not a pdf", "application/pdf", "not read"),
        (b"<?xml version='1.0'?><rss></rss>", "application/rss+xml", "not read"),
        (b'{"a": 1}', "application/json", "not read"),
        (PAGE, "application/pdf", "says that it is a PDF file and is a web page, often one to log in"),
        (b" \n", "text/html", "is empty"),
    ],
)
def test_what_no_reader_reads_is_refused(
    server: Server, fetcher: Fetcher, body: bytes, type: str, why: str
) -> None:
    server.route = lambda _: Answer(body=body, type=type)
    with pytest.raises(FetchError, match=why):
        get(fetcher)


@pytest.mark.parametrize("charset", ["windows-1252", "ISO-8859-1", "iso_8859-1", "us-ascii"])
def test_the_encoding_that_the_server_names_is_kept_in_the_bytes(
    server: Server, fetcher: Fetcher, charset: str
) -> None:
    text = "<html><p>“Muskelschwäche”</p></html>"
    server.route = lambda _: Answer(body=text.encode("cp1252"), type=f'text/html; charset="{charset}"')
    assert get(fetcher).data.decode("utf-8-sig") == text


@pytest.mark.parametrize("charset", ["utf-8", "UTF8", "made-up", "base64"])
def test_bytes_are_left_alone_otherwise(server: Server, fetcher: Fetcher, charset: str) -> None:
    server.route = lambda _: Answer(body=PAGE, type=f"text/html; charset={charset}")
    assert get(fetcher).data == PAGE


@pytest.mark.parametrize(
    "address", ["//10.0.0.1/", "//localhost:8080/", "journal.example", "//a:b@journal.example/"]
)
def test_what_is_no_public_page_is_refused(server: Server, fetcher: Fetcher, address: str) -> None:
    with pytest.raises(FetchError):
        get(fetcher, address)
    assert server.asked == []
