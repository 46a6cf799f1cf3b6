"""Spreads pieces of work over the cores of this machine or the workers of a Dask scheduler.

Results come back in the order of the pieces, whoever finished first, so that whatever is summed from them is the same
bit for bit with one job, eight jobs or a cluster.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from itertools import islice
from multiprocessing import get_context
from typing import Any, TypeVar

from aitia import __version__
from aitia.causes.errors import ModelError

Result = TypeVar("Result")
_MOST_JOBS = 1024


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def check_jobs(jobs: int) -> None:
    """Raises ModelError if jobs is not 1 to 1024."""
    if not 1 <= jobs <= _MOST_JOBS:
        raise ModelError(f"jobs: {jobs} is not a number of workers from 1 to {_MOST_JOBS}.")


def in_order(
    task: Callable[..., Result],
    pieces: Sequence[tuple[Any, ...]],
    *,
    jobs: int = 1,
    cluster: str | None = None,
    processes: bool = False,
) -> Iterator[Result]:
    """task(*piece) for each piece, in the order of the pieces.

    jobs: local workers at once. They are threads, which suit compiled functions that free Python's lock; with
    `processes` they are processes, which suit the rest. cluster: address of a Dask scheduler, such as
    tcp://host:8786; its workers need the same version of Aitia. With one job all runs in this thread.

    Raises ModelError if jobs is not 1 to 1024, or the cluster cannot be used.
    """
    check_jobs(jobs)
    if cluster is not None:
        return _on_cluster(task, pieces, cluster)
    if jobs == 1 or len(pieces) < 2:
        return (task(*piece) for piece in pieces)
    return _on_cores(task, pieces, jobs, processes)


def _on_cores(
    task: Callable[..., Result], pieces: Sequence[tuple[Any, ...]], jobs: int, processes: bool
) -> Iterator[Result]:
    # Fresh interpreters: forking a process that has threads can hang.
    fresh = get_context("spawn")
    pool: Executor = ProcessPoolExecutor(jobs, mp_context=fresh) if processes else ThreadPoolExecutor(jobs)
    with pool:
        waiting = iter(pieces)
        # Only a few pieces ahead, so that memory does not grow with the number of pieces.
        running = deque(pool.submit(task, *piece) for piece in islice(waiting, 3 * jobs))
        try:
            while running:
                result = running.popleft().result()
                running.extend(pool.submit(task, *piece) for piece in islice(waiting, 1))
                yield result
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _on_cluster(
    task: Callable[..., Result], pieces: Sequence[tuple[Any, ...]], address: str
) -> Iterator[Result]:
    try:
        from distributed import Client
    except ImportError:
        raise ModelError("a cluster needs Dask: install aitia[cluster].") from None
    try:
        client: Any = Client(address, timeout=5, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError, ValueError) as error:
        raise ModelError(
            f"cluster: no Dask scheduler answers at {address} ({str(error) or type(error).__name__}). "
            "Give its address, such as tcp://host:8786."
        ) from None
    with client:
        _refuse_other_versions(client, address)
        workers = len(client.scheduler_info()["workers"])
        waiting = iter(pieces)
        running = deque(client.submit(task, *piece, pure=False) for piece in islice(waiting, 4 * workers))
        while running:
            result = running.popleft().result()
            running.extend(client.submit(task, *piece, pure=False) for piece in islice(waiting, 1))
            yield result


def _aitia_version() -> str:
    return __version__


def _refuse_other_versions(client: Any, address: str) -> None:
    try:
        versions = client.run(_aitia_version)
    except ImportError:
        raise ModelError(f"cluster: the workers at {address} lack aitia[causes]; install it there.") from None
    if not versions:
        raise ModelError(
            f"cluster: the scheduler at {address} has no workers yet. Start one, then try again."
        )
    others = sorted({version for version in versions.values() if version != __version__})
    if others:
        raise ModelError(
            f"cluster: workers at {address} run Aitia {', '.join(others)}, this is {__version__}. "
            "Install the same version."
        )
