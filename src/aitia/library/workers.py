"""Reads parts of files in other processes, and gives the results in the order of the parts.

A reader may meet a file that makes it crash, hang or fill the memory. It does so in a process of its own, which is
then replaced; the part is reported as failed and the rest goes on.
"""

import contextlib
import multiprocessing
import queue
import threading
from collections.abc import Iterable, Iterator
from multiprocessing.connection import Connection
from typing import Any

import msgspec
from msgspec import Struct

from aitia.errors import StateError
from aitia.library.document import Document, DocumentError
from aitia.library.prepare import Failed, Outcome, prepare
from aitia.library.readers import readers

TIME_LIMIT = 180.0
"""Seconds for one part."""
MEMORY_LIMIT = 4 * 2**30
"""Bytes of address space for a worker."""
_AHEAD = 4
"""Parts in memory for each worker."""
DOCUMENTS = "documents"
"""In place of a reader's name: the data are documents already, encoded."""
_decoder = msgspec.msgpack.Decoder(list[Outcome])


class Part(Struct, frozen=True):
    """A piece of a file: what one worker reads at once."""

    reader: str
    name: str
    """Of the file, for messages and for a missing title."""
    data: bytes


def read_part(reader: str, name: str, data: bytes) -> bytes:
    """Read and prepare one part: a list of outcomes, encoded. Runs in a worker, wherever that is."""
    outcomes: list[Outcome] = []
    try:
        items = (
            msgspec.msgpack.decode(data, type=list[Document])
            if reader == DOCUMENTS
            else readers()[reader].read(data, name)
        )
        outcomes += [prepare(item, name) for item in items]
    except DocumentError as error:
        outcomes.append(Failed("", str(error)))
    except MemoryError:
        outcomes = [Failed("", f"it needs more than {MEMORY_LIMIT >> 30} GB of memory to read")]
    except RecursionError:
        outcomes = [Failed("", "it is nested too deeply to be read")]
    except Exception as error:  # a reader's fault must not stop the load
        outcomes.append(Failed("", f"the {reader} reader failed on it ({type(error).__name__}: {error})"))
    return msgspec.msgpack.encode(outcomes)


def outcomes(encoded: bytes) -> list[Outcome]:
    """The outcomes of a part."""
    return _decoder.decode(encoded)


def _serve(connection: Connection) -> None:
    """A worker's life: read parts until told to stop."""
    import resource
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            reader, name = connection.recv()
            connection.send_bytes(read_part(reader, name, connection.recv_bytes()))


class _Worker:
    """One process and the line to it."""

    def __init__(self) -> None:
        context: Any = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def read(self, part: Part, time_limit: float) -> bytes:
        """The encoded outcomes of a part. Raises DocumentError if the process dies or takes too long."""
        try:
            self._connection.send((part.reader, part.name))
            self._connection.send_bytes(part.data)
            if not self._connection.poll(time_limit):
                self.stop()
                raise DocumentError(f"it was not read within {time_limit:.0f} seconds")
            answer: bytes = self._connection.recv_bytes()
            return answer
        except (EOFError, ConnectionError, OSError):
            self.stop()
            code = self._process.exitcode
            raise DocumentError(f"the {part.reader} reader crashed on it (exit {code})") from None

    def is_alive(self) -> bool:
        return bool(self._process.is_alive())

    def stop(self) -> None:
        self._process.kill()
        self._process.join()
        self._connection.close()


def read_locally(
    parts: Iterable[Any], jobs: int, time_limit: float = TIME_LIMIT
) -> Iterator[tuple[Any, bytes]]:
    """Each job with its encoded outcomes, in order, read by `jobs` processes.

    A job has an attribute `part`: a Part, or None for one that needs no reading (its outcomes are then empty).
    Memory holds a few parts for each worker at a time, however many there are.
    """
    waiting: queue.Queue[tuple[int, Part]] = queue.Queue()
    done: dict[int, bytes | BaseException] = {}
    changed = threading.Condition()
    stopped = threading.Event()

    def work() -> None:
        worker: _Worker | None = None
        try:
            while True:
                number, part = waiting.get()
                if stopped.is_set():
                    return
                try:
                    if worker is None or not worker.is_alive():
                        worker = _Worker()
                    answer: bytes | BaseException = worker.read(part, time_limit)
                except DocumentError as error:
                    answer = msgspec.msgpack.encode([Failed("", str(error))])
                except BaseException as error:
                    answer = error
                with changed:
                    done[number] = answer
                    changed.notify_all()
        finally:
            if worker is not None:
                worker.stop()

    threads = [threading.Thread(target=work, daemon=True) for _ in range(jobs)]
    for thread in threads:
        thread.start()
    pending: list[tuple[int, Any]] = []

    def first() -> tuple[Any, bytes]:
        number, job = pending.pop(0)
        if job.part is None:
            return job, b"\x90"
        with changed:
            while number not in done:
                changed.wait()
            answer = done.pop(number)
        if isinstance(answer, BaseException):
            raise StateError(f"a worker could not be started or used: {answer}") from answer
        return job, answer

    try:
        for number, job in enumerate(parts):
            pending.append((number, job))
            if job.part is not None:
                waiting.put((number, job.part))
            while len(pending) >= jobs * _AHEAD or (pending and pending[0][1].part is None):
                yield first()
        while pending:
            yield first()
    finally:
        stopped.set()
        for _ in threads:
            waiting.put((-1, Part("", "", b"")))
        for thread in threads:
            thread.join(timeout=5)


def read_on_cluster(parts: Iterable[Any], address: str) -> Iterator[tuple[Any, bytes]]:
    """The same on the workers of a Dask scheduler.

    Raises StateError if Dask is not installed or the scheduler cannot be reached.
    """
    try:
        import distributed
    except ModuleNotFoundError:
        raise StateError("a cluster needs one more package: pip install 'aitia[cluster]'.") from None
    try:
        client = distributed.Client(address, timeout=10, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise StateError(f"the scheduler {address} cannot be reached: {error}") from None
    with client:
        cores: dict[str, int] = client.nthreads()  # type: ignore[no-untyped-call]
        ahead = _AHEAD * max(2, sum(cores.values()))
        pending: list[tuple[Any, Any]] = []

        def first() -> tuple[Any, bytes]:
            job, future = pending.pop(0)
            if future is None:
                return job, b"\x90"
            try:
                return job, future.result()
            except Exception as error:
                # Of the worker, not of the document: those come back as outcomes.
                return job, msgspec.msgpack.encode([Failed("", f"the cluster could not read it: {error}")])

        for job in parts:
            part = job.part
            future = None
            if part is not None:
                future = client.submit(read_part, part.reader, part.name, part.data, pure=False)
            pending.append((job, future))
            if len(pending) >= ahead:
                yield first()
        while pending:
            yield first()
