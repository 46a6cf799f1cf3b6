"""How many answer pages one server process gives, and how soon. Run: .venv/bin/python benchmarks/web.py

A real `aitia serve` over the starter library, and a client in this process: keep-alive connections on bare sockets,
the questions of tests/questions.yaml for all three readers in random order. At most: 16 connections that ask again
at once. At half the bar: arrivals at random moments (Poisson), each timed from the moment at which it was due, whether
a connection was free or not, so that a server that stalls is charged for all who wait. Beside it, in the same run, a
bare FastAPI page: the same client, a Jinja template of the same size and nothing behind it.
"""

import argparse
import asyncio
import contextlib
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote_plus

import httptools
import yaml

ROOT = Path(__file__).parents[1]
AUDIENCES = ("patient", "clinician", "researcher")
CONNECTIONS = 16
"""That ask at once when as many pages as possible are asked for."""
BAR = 200.0
"""Answer pages a second."""


class Connection(asyncio.Protocol):
    """One keep-alive connection; one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._answer: asyncio.Future[tuple[int, int]] | None = None
        self._size = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionError("the server closed the connection"))

    def on_body(self, body: bytes) -> None:
        self._size += len(body)

    def on_message_complete(self) -> None:
        status, self._parser = self._parser.get_status_code(), httptools.HttpResponseParser(self)
        if self._answer is not None and not self._answer.done():
            self._answer.set_result((status, self._size))

    async def ask(self, request: bytes) -> tuple[int, int]:
        """Send a request; gives the status and the size of the body. Raises OSError if the connection breaks."""
        if self._transport is None:
            raise ConnectionError("the connection is closed")
        self._answer, self._size = asyncio.get_running_loop().create_future(), 0
        self._transport.write(request)
        return await asyncio.wait_for(self._answer, 30)


class Load:
    """A client with as many connections as it needs, and the tally of what it got."""

    def __init__(self, port: int, requests: list[bytes], seed: int) -> None:
        self._port = port
        self._requests = requests
        self._chance = random.Random(seed)
        self._free: list[Connection] = []
        self.connections = 0
        self.statuses: Counter[str] = Counter()
        self.sizes: list[int] = []

    async def _one(self) -> None:
        try:
            if self._free:
                connection = self._free.pop()
            else:
                loop = asyncio.get_running_loop()
                _, connection = await loop.create_connection(Connection, "127.0.0.1", self._port)
                self.connections += 1
            status, size = await connection.ask(self._chance.choice(self._requests))
        except (OSError, TimeoutError, httptools.HttpParserError) as error:
            self.statuses[type(error).__name__] += 1
            return
        self._free.append(connection)
        self.statuses[str(status)] += 1
        self.sizes.append(size)

    async def at_most(self, seconds: float = 1e9, count: int = 10**9) -> float:
        """Ask on all connections, each again at once, for a time or a count; gives pages a second."""
        started, sent = time.perf_counter(), 0

        async def again() -> None:
            nonlocal sent
            while sent < count and time.perf_counter() - started < seconds:
                sent += 1
                await self._one()

        await asyncio.gather(*(again() for _ in range(CONNECTIONS)))
        return sent / (time.perf_counter() - started)

    async def arriving(self, rate: float, seconds: float) -> list[float]:
        """Ask at random moments, `rate` a second on average; gives each answer's milliseconds since it was due."""
        times: list[float] = []
        loop = asyncio.get_running_loop()

        async def timed(due: float) -> None:
            await self._one()
            times.append((loop.time() - due) * 1000)

        due, end = loop.time(), loop.time() + seconds
        async with asyncio.TaskGroup() as group:
            while due < end:
                due += self._chance.expovariate(rate)
                await asyncio.sleep(max(0.0, due - loop.time()))
                group.create_task(timed(due))
        return times

    @property
    def errors(self) -> int:
        """Answers that are no page."""
        return sum(count for status, count in self.statuses.items() if status != "200")


def requests_of(questions: list[str]) -> list[bytes]:
    """Each question for each reader."""
    return [
        f"GET /ask?q={quote_plus(question)}&for={audience} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
        for question in questions
        for audience in AUDIENCES
    ]


def asked() -> list[str]:
    """The questions of the tests that the library answers."""
    held = yaml.load((ROOT / "tests" / "questions.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return [one["question"] for one in held if one["expect"] == "answer"]


@contextlib.contextmanager
def served(command: list[str], home: Path) -> Iterator[tuple[int, int]]:
    """A server process; gives its number and its port."""
    environment = {**os.environ, "AITIA_HOME": str(home), "PYTHONUNBUFFERED": "1"}
    environment.pop("AITIA_DATABASE_URL", None)
    # It writes its log, as it does for operators.
    with (home / "log").open("w") as log:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment, cwd=ROOT
        )
    try:
        assert process.stdout is not None
        port = None
        for line in process.stdout:
            if found := re.search(r"http://127\.0\.0\.1:(\d+)", line):
                port = int(found[1])
                break
        assert port is not None, (home / "log").read_text()
        yield process.pid, port
    finally:
        process.terminate()
        process.wait(30)


def memory(process: int) -> float:
    """The resident memory of a process and those that it started, in megabytes."""
    total = 0
    for number in [process, *(int(one) for one in _children(process))]:
        status = Path(f"/proc/{number}/status").read_text(encoding="ascii")
        total += int(re.findall(r"VmRSS:\s+(\d+)", status)[0])
    return total / 1024


def processor_seconds(process: int) -> float:
    """The processor time that a process has used, which other work on the machine hardly changes."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _children(process: int) -> list[str]:
    return Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()


def percentile(values: list[float], share: float) -> float:
    """The value below which a share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def bare(size: int) -> None:
    """Serve a page of about so many bytes, in as many paragraphs as an answer has, with nothing behind it."""
    import socket

    import jinja2
    import uvicorn
    from fastapi import FastAPI
    from fastapi.responses import HTMLResponse

    template = jinja2.Environment(autoescape=True).from_string(
        "<!doctype html><html lang=en><title>{{ question }}</title><h1>{{ question }}</h1>"
        "{% for one in texts %}<p>{{ one }}</p>{% endfor %}</html>"
    )
    texts = ["x" * (size // 40)] * 40
    app = FastAPI()

    def page(q: str) -> HTMLResponse:
        return HTMLResponse(template.render(question=q, texts=texts))

    app.get("/ask")(page)
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(2048)
    print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listening])


async def measured(arguments: argparse.Namespace, process: int, port: int, name: str) -> int:
    """Measure a server and print its figures; gives the median size of a page."""
    requests = requests_of(asked())
    first = Load(port, requests, seed=1)
    cold = await first.at_most(count=500)
    most = Load(port, requests, seed=2)
    before = processor_seconds(process)
    rate = await most.at_most(seconds=arguments.seconds)
    cost = (processor_seconds(process) - before) / max(1, len(most.sizes)) * 1000
    half = Load(port, requests, seed=3)
    times = await half.arriving(BAR / 2, arguments.seconds)
    size = int(statistics.median(most.sizes))
    print(f"{name} (median page {size / 1024:.0f} kB of HTML)")
    print(f"  first 500 pages after the start, a second  {cold:8.1f}")
    print(f"  pages a second, {CONNECTIONS} connections          {rate:8.1f}  bar {BAR:.0f}")
    print(f"    processor time of a page               {cost:8.2f} ms")
    print(f"  at {BAR / 2:.0f} arrivals a second, of {len(times):,}:")
    for label, share in (("median", 0.5), ("99th percentile", 0.99), ("99.9th percentile", 0.999)):
        bar = "under 100" if share == 0.99 else ""
        print(f"    {label:<18}                   {percentile(times, share):8.1f} ms  {bar}".rstrip())
    print(f"    slowest                              {max(times):8.1f} ms")
    print(f"    connections that were needed         {half.connections:8d}")
    errors = first.errors + most.errors + half.errors
    if arguments.requests:
        long = Load(port, requests, seed=4)
        held = [memory(process)]
        while sum(long.statuses.values()) < arguments.requests:
            await long.at_most(count=arguments.requests // 10)
            held.append(memory(process))
        errors += long.errors
        print(f"  errors in {sum(long.statuses.values()):,} requests             {long.errors:8d}  bar 0")
        print(
            f"  memory, MB, after each {arguments.requests // 10:,}: {' '.join(f'{one:.1f}' for one in held)}"
        )
        if long.errors:
            print(f"  statuses: {dict(long.statuses)}")
    if errors:
        print(f"  errors in all: {errors}; statuses: {dict(first.statuses + most.statuses + half.statuses)}")
    return size


def main() -> None:
    """Print the figures beside their bars."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--requests", type=int, default=50_000)
    parser.add_argument("--bare", type=int, metavar="BYTES", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.bare is not None:
        bare(arguments.bare)
        return
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        settings = home / "settings.yaml"
        # All requests come from one network address, which the limit for strangers would stop.
        settings.write_text("reads_a_minute: 0\n", encoding="utf-8")
        command = [sys.executable, "-m", "aitia", "serve", "--port", "0", "--settings", str(settings)]
        with served(command, home) as (process, port):
            size = asyncio.run(measured(arguments, process, port, "aitia serve"))
        arguments.requests = 0
        with served([sys.executable, __file__, "--bare", str(size)], home) as (process, port):
            asyncio.run(measured(arguments, process, port, "a bare FastAPI page, for scale"))


if __name__ == "__main__":
    main()
