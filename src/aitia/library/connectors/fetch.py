"""One way to ask an outside source: safe addresses, a polite pace, patience with faults, and an end to everything."""

import random
import re
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import NoReturn, TypeVar

import httpcore
import httpx
from msgspec import Struct

from aitia.library.connectors import FetchError
from aitia.library.connectors.addresses import CheckedBackend, Resolve, checked, host_and_port, resolve, shown
from aitia.library.connectors.settings import Settings

T = TypeVar("T")

USUAL_PACE = 5.0
"""Requests a second to one host, where its service asks for no other pace."""
REDIRECTS = 5
_MOVED = (301, 302, 303, 307, 308)
_TRY_AGAIN = (429, 500, 502, 503, 504)
_PIECE = 1 << 20


class Reply(Struct, frozen=True):
    """An answer with status 200."""

    address: str
    """Where it came from in the end, with its query."""
    content_type: str
    """Lower case, without parameters; empty if none was told."""
    charset: str | None
    data: bytes


class Unfit(Exception):  # noqa: N818 - it says something of the answer, and no one but the fetcher sees it
    """Raised by the `read` of a request: the answer is not what was asked for, though its status says so."""


class _Passing(Exception):  # noqa: N818
    """A fault that may pass: what happened, and how many seconds the service asks to wait."""

    def __init__(self, reason: str, wait: float | None = None, status: int | None = None) -> None:
        super().__init__(reason)
        self.wait = wait
        self.status = status


class Spacing:
    """Keeps requests apart: each call takes the next free moment of its lane and sleeps until then. Thread-safe."""

    def __init__(self, clock: Callable[[], float], sleep: Callable[[float], object]) -> None:
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._free: dict[str, float] = {}

    def wait(self, lane: str, per_second: float) -> None:
        """Return when a request of this lane may go out."""
        with self._lock:
            now = self._clock()
            moment = max(now, self._free.get(lane, now))
            self._free[lane] = moment + 1 / per_second
        if moment > now:
            self._sleep(moment - now)


class Fetcher:
    """Sends requests. One for a whole process: it holds the pace that each host is asked at, across threads.

    Certificates are checked against `authorities`: by default those of SSL_CERT_FILE or SSL_CERT_DIR if set, else
    Mozilla's. Proxies of the environment are not used: through one, no address could be checked.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        resolver: Resolve = resolve,
        dialler: httpcore.NetworkBackend | None = None,
        authorities: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self.settings = settings
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter
        self._spacing = Spacing(clock, sleep)
        pool = httpcore.ConnectionPool(
            ssl_context=authorities or httpx.create_ssl_context(),
            network_backend=CheckedBackend(settings.allowed, resolver, dialler),
            max_connections=10,
            keepalive_expiry=15.0,
        )
        contact = f"; mailto:{settings.contact}" if settings.contact else ""
        self._client = httpx.Client(
            transport=_Transport(pool),
            timeout=httpx.Timeout(settings.read_timeout, connect=settings.connect_timeout),
            headers={
                "User-Agent": f"aitia/{version('aitia')} (library of medical evidence{contact})",
                "Accept-Encoding": "gzip",
            },
        )

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def request(
        self,
        address: str,
        read: Callable[[Reply], T],
        *,
        query: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        per_second: float = USUAL_PACE,
    ) -> T:
        """What `read` makes of the answer: GET, or POST with a form (which is only asked of services that read).

        Faults that may pass (429, 5xx, a broken connection, a truncated body, an answer that `read` finds `Unfit`)
        are tried again after exponential backoff with full jitter, or after what the service asks for in Retry-After.
        Raises FetchError.
        """
        url = checked(address, self.settings.allowed)
        if query:
            url = url.copy_merge_params(query)
        deadline = self._clock() + self.settings.budget
        for attempt in range(1, self.settings.tries + 1):
            try:
                return read(self._follow(url, form, per_second, deadline))
            except Unfit as fault:
                passing = _Passing(str(fault), status=200)
            except _Passing as fault:
                passing = fault
            except FetchError as error:
                raise FetchError(self.settings.without_key(str(error)), error.status) from None
            delay = self._jitter(0, min(2.0 ** (attempt - 1), 30.0))
            if passing.wait is not None:
                delay = min(passing.wait, self.settings.longest_wait)
            if attempt == self.settings.tries or self._clock() + delay > deadline:
                self._give_up(url, passing, attempt)
            self._sleep(delay)
        raise AssertionError("tries is at least 1")

    def _give_up(self, url: httpx.URL, fault: _Passing, attempts: int) -> NoReturn:
        tried = "once" if attempts == 1 else f"{attempts} times"
        asked = f" and asks to wait {fault.wait:.0f} s" if fault.wait else ""
        raise FetchError(
            self.settings.without_key(
                f"{shown(url)} {fault}{asked}; tried {tried}. Try again later: what is loaded already is kept."
            ),
            fault.status,
        )

    def _follow(
        self, url: httpx.URL, form: Mapping[str, str] | None, per_second: float, deadline: float
    ) -> Reply:
        start = url
        for _ in range(REDIRECTS + 1):
            self._spacing.wait(url.host, per_second)
            request = self._client.build_request("GET" if form is None else "POST", url, data=form)
            try:
                response = self._client.send(request, stream=True)
                try:
                    if response.status_code not in _MOVED:
                        return self._reply(url, response, deadline)
                    url = self._moved(start, url, response, form is not None)
                finally:
                    response.close()
            except (httpcore.TimeoutException, httpx.TimeoutException) as error:
                connecting = isinstance(error, httpcore.ConnectTimeout)
                seconds = self.settings.connect_timeout if connecting else self.settings.read_timeout
                raise _Passing(f"did not answer within {seconds:g} s") from None
            except (httpcore.RemoteProtocolError, httpcore.ReadError) as error:
                raise _Passing(f"broke off its answer ({str(error)[:120] or 'connection lost'})") from None
            except (httpcore.NetworkError, httpcore.ProtocolError) as error:
                # The pool takes the cause off its errors and leaves the context.
                if isinstance(error.__context__, ssl.SSLCertVerificationError):
                    raise FetchError(
                        f"{shown(url)} is not fetched: its certificate is not valid "
                        f"({error.__context__.verify_message}). If it is a site of your own, name its authority "
                        "in SSL_CERT_FILE."
                    ) from None
                raise _Passing(f"cannot be reached ({str(error)[:120] or 'no connection'})") from None
        raise FetchError(f"{shown(start)} was redirected more than {REDIRECTS} times: check the address.")

    def _moved(self, start: httpx.URL, url: httpx.URL, response: httpx.Response, posted: bool) -> httpx.URL:
        location = response.headers.get("Location", "")
        if posted:
            raise FetchError(
                f"{shown(url)} was redirected, which is not followed for a form: check the service's address.",
                response.status_code,
            )
        try:
            target = checked(str(url.join(location)), self.settings.allowed)
        except (httpx.InvalidURL, ValueError):
            raise FetchError(f"{shown(url)} was redirected to what is no address: check it.") from None
        except FetchError as error:
            raise FetchError(f"{shown(url)} redirects to another address, and {error}") from None
        if url.scheme == "https" and target.scheme == "http":
            raise FetchError(
                f"{shown(url)} redirects to {shown(target)}, which is not encrypted: not followed."
            )
        inside = self.settings.allowed
        if host_and_port(target) in inside and host_and_port(start) not in inside:
            raise FetchError(
                f"{shown(url)} redirects to {shown(target)}, a site of your own: not followed from outside."
            )
        return target

    def _reply(self, url: httpx.URL, response: httpx.Response, deadline: float) -> Reply:
        status = response.status_code
        if status in _TRY_AGAIN:
            wait = _retry_after(response.headers.get("Retry-After"))
            raise _Passing(f"answered {status} ({response.reason_phrase or 'an error'})", wait, status)
        kind, _, rest = response.headers.get("Content-Type", "").partition(";")
        kind = kind.strip().lower()
        if status != 200:
            reason = ""
            if "json" in kind or "xml" in kind or kind == "text/plain":
                body = b"".join(self._body(url, response, deadline, 20_000))
                words = re.sub(r"<[^>]*>|[{}\[\]\"\s]+", " ", body.decode("utf-8", "replace")).split()
                reason = f": {' '.join(words)[:200]}"
            raise FetchError(
                f"{shown(url)} answered {status} ({response.reason_phrase or 'an error'}){reason}. "
                "Check the address or the query.",
                status,
            )
        data = b"".join(self._body(url, response, deadline, self.settings.body_limit))
        charset = re.search(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]+)", rest, re.IGNORECASE)
        return Reply(str(url), kind, charset[1].lower() if charset else None, data)

    def _body(self, url: httpx.URL, response: httpx.Response, deadline: float, limit: int) -> Iterator[bytes]:
        """The body, decompressed a piece at a time so that nothing can swell past the limit in memory."""
        encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding not in ("identity", "gzip", "x-gzip", ""):
            raise FetchError(f"{shown(url)} is compressed as {encoding[:40]!r}, which is not read.")
        unpacker = zlib.decompressobj(wbits=31) if "gzip" in encoding else None
        size = received = 0
        for piece in response.iter_raw():
            received += len(piece)
            for part in [piece] if unpacker is None else _unpacked(unpacker, piece):
                size += len(part)
                if max(size, received) > limit:
                    raise FetchError(
                        f"{shown(url)} is larger than {limit / 1e6:g} MB: not fetched. "
                        "Download it, and add the file or a part of it.",
                        200,
                    )
                yield part
            if self._clock() > deadline:
                raise _Passing(f"was still sending after {self.settings.budget:g} s")
        if unpacker is not None and received and not unpacker.eof:
            raise _Passing("broke off its answer (compressed data ends early)")


class _Body(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        return self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


class _Transport(httpx.BaseTransport):
    """httpx over a pool with a network backend of our own, which httpx's own transport does not take."""

    def __init__(self, pool: httpcore.ConnectionPool) -> None:
        self._pool = pool

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        response = self._pool.handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.read(),
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            response.status, headers=response.headers, stream=_Body(response), extensions=response.extensions
        )

    def close(self) -> None:
        self._pool.close()


def _unpacked(unpacker: "zlib._Decompress", piece: bytes) -> Iterator[bytes]:
    try:
        while piece and not unpacker.eof:
            part = unpacker.decompress(piece, _PIECE)
            piece = unpacker.unconsumed_tail
            yield part
    except zlib.error:
        raise _Passing("sent damaged compressed data") from None


def _retry_after(value: str | None) -> float | None:
    """Seconds, from a number of them or from a date of HTTP; None for anything else."""
    if not value:
        return None
    if value.strip().isdecimal():
        return float(value.strip()[:9])
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
