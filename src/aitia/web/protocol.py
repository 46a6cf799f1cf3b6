"""The connection to a caller, as uvicorn has it, with an end to what one may send before asking anything.

Uvicorn takes an address and headers of any length and any number of requests ahead, and waits for the rest of a head,
and for its answer to be read, without end: one caller could fill the memory, or hold all that the machine can have
open.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES = 64 * 1024
"""The most that an address and headers may hold; what arrives in one piece may hold somewhat more."""
HEAD_SECONDS = 20.0
"""How long their sending may take,"""
ANSWER_SECONDS = 300.0
"""and how long a caller may take to read what was sent at once: a page, or a piece of a file."""
MOST_AHEAD = 20
"""Requests that a caller may send before the first of them is answered; browsers send none."""
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class BoundedProtocol(HttpToolsProtocol):
    """HTTP with bounds on a request's head, on requests sent ahead, and on the reading of answers."""

    _is_head = True
    """Whether what comes next belongs to a head."""
    _size = 0
    """Bytes of the head so far."""
    _until_head: asyncio.TimerHandle | None = None
    _until_read: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody calls."""
        super().connection_made(transport)
        # So that we hear of whatever could not be sent at once.
        transport.set_write_buffer_limits(high=0)
        self._until_head = self.loop.call_later(HEAD_SECONDS, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """They have gone, or were sent away."""
        self._end_head()
        self._end_reading()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """They say something."""
        if self._is_head:
            self._size += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._is_head and self._size > HEAD_BYTES:
            self.transport.write(_TOO_LARGE)
            self.transport.close()
        elif self._until_head is None and (self.cycle is None or self.cycle.response_complete):
            # The beginning of another request, or the rest of one that was answered already.
            self._until_head = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._is_head, self._size = False, 0
        self._end_head()
        if len(self.pipeline) >= MOST_AHEAD:
            self.transport.abort()
            raise ValueError("more requests at once than are taken")
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole; what follows is another."""
        self._is_head = True
        super().on_message_complete()

    def pause_writing(self) -> None:
        """Something of the answer could not be sent yet."""
        super().pause_writing()
        if self._until_read is None:
            self._until_read = self.loop.call_later(ANSWER_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Everything was sent."""
        self._end_reading()
        super().resume_writing()

    def _end_head(self) -> None:
        if self._until_head is not None:
            self._until_head.cancel()
            self._until_head = None

    def _end_reading(self) -> None:
        if self._until_read is not None:
            self._until_read.cancel()
            self._until_read = None
