"""How much one caller may send, and how often."""

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import NamedTuple

import anyio
from starlette.types import Message, Receive

from aitia.web.failures import Refused

FORM_BYTES = 1_000_000
"""The most that a form without files, or a request to the API, may hold."""
FORM_SECONDS = 30.0
FILES_SECONDS = 900.0
"""How long the sending of a body may take, without and with files."""


class Threads:
    """How many requests are worked on at once in a process: so many that read, and so many that write.

    Apart, so that no number of people who wait for the database's lock, or for their password to be checked, keeps
    others from reading. How many there are does not change how many pages a second a process gives (from 2 to 16,
    measured with benchmarks/web.py's client); together with a load of documents they need no more connections than
    the database's pool has.
    """

    def __init__(self) -> None:
        self.reading = anyio.CapacityLimiter(6)
        self.writing = anyio.CapacityLimiter(6)


def limited(receive: Receive, most: int, seconds: float, declared: str | None) -> Receive:
    """The body of a request, refused as soon as it is longer than `most` bytes or takes longer than `seconds`.

    declared: the Content-Length, if one was sent; a body is refused by it before any of it is read.
    Raises Refused (413 or 408) from the receiving; what was read until then is the caller's to drop.
    """
    ends = anyio.current_time() + seconds
    total = 0

    def refused() -> Refused:
        size = f"{most / 1e6:,.0f} MB"
        return Refused(
            413, "Too large", f"What was sent is larger than the {size} that may be sent here.", CLOSING
        )

    async def next_part() -> Message:
        nonlocal total
        if declared is not None and declared.isdigit() and int(declared) > most:
            raise refused()
        with anyio.move_on_at(ends) as scope:
            message = await receive()
        if scope.cancelled_caught:
            raise Refused(
                408, "Too slow", f"The sending took longer than the {seconds:g} seconds it may.", CLOSING
            )
        total += len(message.get("body", b""))
        if total > most:
            raise refused()
        return message

    return next_part


CLOSING = {"Connection": "close"}
"""For answers given before the whole request was read: what still comes must not be taken for another request."""


async def drain(receive: Receive, most: int, seconds: float = 2.0) -> None:
    """Read and forget the rest of a body, within bounds, so that a browser that is still sending gets to read why."""
    with anyio.move_on_after(seconds):
        while most > 0:
            message = await receive()
            most -= len(message.get("body", b""))
            if message["type"] != "http.request" or not message.get("more_body", False):
                return


class Allowance(NamedTuple):
    """What a caller may still do."""

    limit: int
    """Requests a minute."""
    remaining: int
    reset: int
    """Whole seconds until the allowance is full again."""
    wait: int
    """Whole seconds until the next request is taken; 0: it is taken now."""


class Buckets:
    """A token bucket for each caller: bursts of up to a minute's allowance, refilled steadily.

    Kept in this process alone: with several server processes, a caller may make up to so many times the requests.
    """

    def __init__(
        self, a_minute: int, most: int = 20_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """a_minute: requests, from 1. most: how many callers are remembered; the longest unseen is forgotten."""
        self._limit = a_minute
        self._most = most
        self._clock = clock
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, caller: str, cost: float = 1.0) -> Allowance:
        """Take one request's worth from a caller's bucket, if it is there."""
        rate = self._limit / 60
        now = self._clock()
        with self._lock:
            level, then = self._held.pop(caller, (float(self._limit), now))
            level = min(self._limit, level + (now - then) * rate)
            # What was rounded on the way must not keep one waiting who waited as long as told.
            taken = level >= cost - 1e-9
            if taken:
                level = max(0.0, level - cost)
            self._held[caller] = (level, now)
            if len(self._held) > self._most:
                self._held.popitem(last=False)
        return Allowance(
            self._limit,
            int(level),
            _whole((self._limit - level) / rate),
            0 if taken else max(1, _whole((cost - level) / rate)),
        )


def _whole(seconds: float) -> int:
    return int(-(-seconds // 1))
