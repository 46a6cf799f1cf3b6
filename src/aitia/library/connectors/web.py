"""One page or file of the web, by its address. Nothing on it is followed or loaded with it."""

from __future__ import annotations

import codecs
import io
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from aitia.library.connectors import Connector, Fetched, FetchError
from aitia.library.document import DocumentError

if TYPE_CHECKING:
    from aitia.library.connectors.fetch import Fetcher, Reply

_TYPES = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "text/plain": "text",
    "text/markdown": "markdown",
    "application/x-research-info-systems": "ris",
    "application/x-bibtex": "bibtex",
    "application/vnd.citationstyles.csl+json": "csl-json",
}
_ROOTS = {"PubmedArticleSet": "pubmed", "article": "jats"}


def fetch_https(query: str, fetcher: Fetcher, position: str | None = None) -> Iterator[Fetched]:
    """The page or file at "https:" and what follows it."""
    return _fetch(f"https:{query}", fetcher, position)


def fetch_http(query: str, fetcher: Fetcher, position: str | None = None) -> Iterator[Fetched]:
    """The page or file at "http:" and what follows it."""
    return _fetch(f"http:{query}", fetcher, position)


def _fetch(address: str, fetcher: Fetcher, position: str | None) -> Iterator[Fetched]:
    if position is not None:
        return

    def read(reply: Reply) -> Reply:
        return reply

    reply = fetcher.request(address, read)
    reader = reader_of(reply)
    data = reply.data
    if reader in ("html", "text", "markdown"):
        data = _with_charset(data, reply.charset)
    parts = urlsplit(reply.address)
    name = unquote(parts.path).rstrip("/").rpartition("/")[2] or parts.hostname or "page"
    yield Fetched(origin=reply.address, name=name[:120], position="done", data=data, reader=reader)


def reader_of(reply: Reply) -> str:
    """The reader for an answer, by its first bytes and, where these do not tell, by its content type.

    Raises FetchError if neither is known, or if it says that it is a file and holds a page, as a log-in does.
    """
    address = reply.address.partition("?")[0]
    by_type = _TYPES.get(reply.content_type)
    by_bytes = _by_bytes(reply.data)
    if not reply.data.strip():
        raise FetchError(f"{address} is empty: nothing to add.")
    if by_bytes == "html" and by_type in ("pdf", "docx"):
        raise FetchError(
            f"{address} says that it is a {by_type.upper()} file and is a web page, often one to log in: "
            "download the file and add it."
        )
    reader = by_bytes or by_type
    binary = b"\0" in reply.data[:4096] and not reply.data.startswith(
        (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    )
    if reader is None or (by_bytes is None and (reader in ("pdf", "docx") or binary)):
        raise FetchError(
            f"{address} is of a type that is not read ({reply.content_type or 'none told'}): web pages, PDF, "
            "Word (.docx), plain text and records of publications are."
        )
    return reader


def _by_bytes(data: bytes) -> str | None:
    from aitia.library.readers.xml import root_name

    head = data[:4096]
    if head.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                return "docx" if "word/document.xml" in archive.namelist() else None
        except (zipfile.BadZipFile, NotImplementedError, ValueError):
            return None
    try:
        root = root_name(head) or ""
    except DocumentError:
        root = ""
    if root.lower() == "html":
        return "html"
    return _ROOTS.get(root) or ("pdf" if b"%PDF-" in head[:1024] else None)


def _with_charset(data: bytes, charset: str | None) -> bytes:
    """Text whose server names its encoding, in UTF-8 with the mark that says so: the server's word goes before the
    page's (HTML standard), and no reader sees it."""
    marked = data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if charset is None or marked or charset.replace("_", "-") in ("utf-8", "utf8"):
        return data
    try:
        # ISO 8859-1 and ASCII on the web mean Windows-1252 (Encoding standard).
        name = "cp1252" if codecs.lookup(charset).name in ("iso8859-1", "ascii") else charset
        return codecs.BOM_UTF8 + data.decode(name, "replace").encode("utf-8")
    except (LookupError, ValueError):
        return data


HTTPS = Connector("https", fetch_https)
HTTP = Connector("http", fetch_http)
