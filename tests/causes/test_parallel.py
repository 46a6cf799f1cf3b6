"""The same results in the same order, whoever computes them."""

import time

import pytest
from distributed import LocalCluster

from aitia.causes.errors import ModelError
from aitia.causes.parallel import in_order


def third(number: int, pause: float = 0.0) -> float:
    time.sleep(pause)
    return number / 3


PIECES = [(number, 0.02 if number == 0 else 0.0) for number in range(40)]
WANTED = [number / 3 for number in range(40)]


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_threads_keep_the_order(jobs: int) -> None:
    assert list(in_order(third, PIECES, jobs=jobs)) == WANTED


def test_processes_keep_the_order() -> None:
    assert list(in_order(third, PIECES, jobs=2, processes=True)) == WANTED


def test_a_cluster_gives_the_same() -> None:
    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None, protocol="inproc"
    ) as cluster:
        assert list(in_order(third, PIECES, cluster=cluster.scheduler_address)) == WANTED


def test_a_mistake_in_a_piece_reaches_the_caller() -> None:
    with pytest.raises(TypeError):
        list(in_order(third, [("one",), (2,)], jobs=2))


@pytest.mark.parametrize("jobs", [0, -1, 2000])
def test_impossible_jobs_are_refused(jobs: int) -> None:
    with pytest.raises(ModelError, match=r"jobs: .* is not a number of workers from 1 to 1024"):
        in_order(third, PIECES, jobs=jobs)


@pytest.mark.parametrize("address", ["nonsense", "tcp://127.0.0.1:9"])
def test_an_absent_cluster_is_told(address: str) -> None:
    with pytest.raises(ModelError, match="no Dask scheduler answers at"):
        list(in_order(third, PIECES, cluster=address))
