"""Runs the service: one process, or several that share a socket."""

import gc
import logging
import os
import signal
import socket
import tempfile
import time
from collections.abc import Callable

import msgspec
import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from aitia.errors import StateError
from aitia.people.invitations import set_up_link
from aitia.web import metrics
from aitia.web.application import application, services_of
from aitia.web.logs import FAILURES, write_json_lines
from aitia.web.protocol import BoundedProtocol
from aitia.web.settings import Settings

_VARIABLE = "AITIA_SERVE_SETTINGS"
"""Hands the settings to the worker processes, which start anew."""
_PATIENCE = 2.0
"""Seconds until a worker looks again whether the database is there."""


def serve(settings: Settings, workers: int, tell: Callable[[str], None]) -> None:
    """Serve until told to stop (SIGTERM, SIGINT). `tell` receives what the person should know at the start.

    Raises StateError if the database cannot be reached, a setting is wrong, or the address is taken.
    """
    services = services_of(settings)
    services.shelf.open()
    _keep_in_memory()
    listening = _listen(settings)
    address = settings.address or _address_of(listening)
    tell(f"Aitia answers at {address}")
    link = set_up_link(services.database)
    if link is not None:
        tell(
            "There is no administrator yet. Open this link once, soon, to become one:\n"
            f"  {address.rstrip('/')}{link}"
        )
    write_json_lines()
    if workers == 1:
        server = uvicorn.Server(_config(application(services), settings, 1))
        # The server takes the signal over while it runs, and passes it on when it has ended; having ended is enough.
        signal.signal(signal.SIGTERM, lambda *_: setattr(server, "should_exit", True))
        server.run(sockets=[listening])
        return
    # Workers open their own connections.
    services.database.dispose()
    os.environ[_VARIABLE] = msgspec.json.encode(settings).decode()
    with tempfile.TemporaryDirectory(prefix="aitia-metrics-") as folder:
        os.environ[metrics.FOLDER_VARIABLE] = folder
        Multiprocess(_config("aitia.web.serve:worker", settings, workers), sockets=[listening]).run()


def worker() -> FastAPI:
    """The application of one worker process, as soon as the database is there."""
    write_json_lines()
    settings = msgspec.json.decode(os.environ[_VARIABLE], type=Settings)
    while True:
        try:
            services = services_of(settings)
            services.shelf.open()
            _keep_in_memory()
            return application(services)
        except StateError as error:
            FAILURES.error("a worker waits to begin", extra={"fields": {"reason": str(error)}})
            time.sleep(_PATIENCE)


def _keep_in_memory() -> None:
    """Tell Python's search for unused cycles that what is loaded now stays: libraries are a million small objects.

    Pages leave few cycles, so the search for new ones is seldom needed: together a sixth less time a page.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _config(app: FastAPI | str, settings: Settings, workers: int) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        factory=isinstance(app, str),
        workers=workers,
        lifespan="on",
        http=BoundedProtocol,
        ws="none",
        log_config=None,
        log_level=logging.WARNING,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        # Longer than the idle time of common proxies (nginx: 60 s), so that it is they who close a connection.
        timeout_keep_alive=75,
        timeout_graceful_shutdown=settings.shutdown_seconds,
        # A worker that does not answer its parent for so long is ended and replaced; one that is only busy does.
        timeout_worker_healthcheck=30,
    )


def _listen(settings: Settings) -> socket.socket:
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        made = socket.socket(family, kind, protocol)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(place)
        made.listen(2048)
    except OSError as error:
        raise StateError(
            f"cannot listen at {settings.host}, port {settings.port}: {error.strerror or error}. "
            "Choose another with --host and --port."
        ) from None
    made.set_inheritable(True)
    return made


def _address_of(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
