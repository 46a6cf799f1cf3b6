"""What is counted, for Prometheus: requests, answers, and what stands in the journal. Never a question."""

import os
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.gc_collector import GCCollector
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from sqlalchemy import Engine, func, select

from aitia.library.store.database import reading
from aitia.review.tables import dossiers, journal
from aitia.web.tables import jobs

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""Set before the worker processes start: the folder where they put their counts together."""

_own = CollectorRegistry()
_requests = Counter(
    "aitia_requests",
    "Requests, by method, template of the address, and status.",
    ("method", "route", "status"),
    registry=_own,
)
_seconds = Histogram(
    "aitia_request_seconds",
    "Time from a request's arrival to the end of its answer, by template of the address.",
    ("route",),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=_own,
)
_answers = Counter(
    "aitia_answers",
    "Questions asked, by outcome: approved (an article that reviewers signed), answered, not-answered.",
    ("outcome",),
    registry=_own,
)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def observe(method: str, route: str, status: int, seconds: float) -> None:
    """Count a request. route: the template of its address, never the address itself."""
    _requests.labels(method if method in _METHODS else "other", route, str(status)).inc()
    _seconds.labels(route).observe(seconds)


def count_answer(answered: bool, approved: bool = False) -> None:
    """Count a question by how it went. approved: it was answered by a standing, approved article."""
    _answers.labels("approved" if approved else "answered" if answered else "not-answered").inc()


class _Kept:
    """What the database knows, of all processes: read when it is asked for."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def collect(self) -> Iterator[Metric]:
        with reading(self._database) as connection:
            events = connection.execute(select(journal.c.number)).scalar() or 0
            articles = connection.execute(
                select(dossiers.c.state, func.count()).group_by(dossiers.c.state)
            ).all()
            loads = connection.execute(select(jobs.c.state, func.count()).group_by(jobs.c.state)).all()
        yield CounterMetricFamily("aitia_review_events", "Events in the journal of review.", events)
        for name, words, rows in (
            ("aitia_articles", "Articles, by state.", articles),
            ("aitia_jobs", "Loads of documents started in the browser, by state.", loads),
        ):
            family = GaugeMetricFamily(name, words, labels=("state",))
            for state, number in rows:
                family.add_metric((state,), number)
            yield family


def exposition(database: Engine) -> bytes:
    """All measurements in Prometheus' text format. Raises StateError if the database cannot be read."""
    if FOLDER_VARIABLE in os.environ:
        counted = CollectorRegistry()
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    else:
        counted = _own
    kept = CollectorRegistry()
    kept.register(_Kept(database))
    return generate_latest(kept) + generate_latest(counted) + generate_latest(_process)


_process = CollectorRegistry()
ProcessCollector(registry=_process)
PlatformCollector(registry=_process)
GCCollector(registry=_process)
