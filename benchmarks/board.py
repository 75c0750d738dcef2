"""``python -m benchmarks.board``: the release board under load, on a real PostgreSQL, with its own gunicorn.

    $ .venv-webapp/bin/python -m benchmarks.board     # --apps, --events, --seconds, --connections, --rounds, --only

Each page and answer of the API is asked for by ``wrk`` (apt-get install wrk) beside the server, on two databases with
the same apps: one has ten times the events of the other, and a tenth of them are one app's, whose pages are asked for.
Then each is asked for once, in this process, for its size, its elements and its queries.
"""

from __future__ import annotations

import argparse
import gzip
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from benchmarks.measure import ROOT, table

sys.path[:0] = [str(ROOT / "webapp"), str(ROOT / "webapp/tests")]

P99_MILLISECONDS, KILOBYTES, NODES = 150, 60, 15_000
HTML, JSON = "text/html", "application/json"
WORKERS: Final = 2
# Apps in a page of the board.
PAGE: Final = 200
# So often is each page asked for before, so that it comes to each worker.
FIRST: Final = 8
# Of Argo CD, fifty at once had no answer within ten seconds.
BESIDE_CONNECTIONS: Final = 4
_PERCENTILE: Final = re.compile(r"^ +(\d+)% +([\d.]+)(us|ms|s) *$", re.MULTILINE)
_UNITS: Final = {"us": 0.001, "ms": 1.0, "s": 1000.0}


class Page(NamedTuple):
    """What is asked for; ``known``: with the ETag of an answer to the same before."""

    name: str
    path: str
    accept: str = HTML
    known: bool = False
    headers: Mapping[str, str] = MappingProxyType({})


@dataclass
class Load:
    """What several rounds of wrk have found."""

    rates: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)


class Elements(HTMLParser):
    """Counts the elements of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def handle_starttag(self, _tag: str, _attributes: list[tuple[str, str | None]]) -> None:
        """Count one more."""
        self.count += 1


def pages(app: str) -> list[Page]:
    """Return what is measured."""
    return [
        Page("the board, its first 200 apps", "/"),
        Page("the same, known already", "/", known=True),
        Page("an app's releases", f"/apps/{app}"),
        Page("a cell", f"/apps/{app}/prod"),
        Page("activity", "/activity"),
        Page("activity of an app", f"/activity?app={app}"),
        Page("waiting", "/waiting"),
        Page("delivery", "/delivery"),
        Page("delivery of an app", f"/delivery/{app}"),
        Page("find a build", "/find?q=v1.2"),
        Page("API: board", "/api/board", JSON),
        Page("API: board, known already", "/api/board", JSON, known=True),
        Page("API: events", "/api/events", JSON),
        Page("API: events of a cell", f"/api/apps/{app}/prod/events", JSON),
    ]


def main() -> None:
    """Run what the module describes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.board", description="Measure the release board.")
    parser.add_argument("--apps", type=int, default=1000, metavar="N", help="each is in three environments")
    parser.add_argument("--events", type=int, default=100_000, metavar="N")
    parser.add_argument("--seconds", type=int, default=8, metavar="N", help="of each load")
    parser.add_argument("--connections", type=int, default=50, metavar="N")
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    parser.add_argument("--only", default="", metavar="TEXT", help="pages whose name has this")
    parser.add_argument("--argocd", action="store_true", help="beside the real Argo CD with as many Applications")
    parser.add_argument("--memory", type=Path, default=Path("/dev/shm"), help="a folder in memory")
    options = parser.parse_args()
    from postgresql_server import PostgresqlServer, find_binaries

    binaries = find_binaries()
    if binaries is None or shutil.which("wrk") is None:
        sys.exit("error: wrk or PostgreSQL is missing\nhint: apt-get install wrk postgresql")
    tempfile.tempdir = str(options.memory)
    with tempfile.TemporaryDirectory(prefix="board-") as name, PostgresqlServer(binaries) as server:
        _measure(Path(name), server, options)


def _measure(folder: Path, server: Any, options: argparse.Namespace) -> None:
    from benchmarks import board_data

    few, many = options.events // 10, options.events
    filled = board_data.fill(folder, server, options.apps, (few, many))
    chosen = [page for page in pages(filled.busiest) if options.only in page.name]
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {options.apps} apps in three environments")
    loads: dict[tuple[int, str], Load] = {}
    with ExitStack() as stack:
        boards = {count: stack.enter_context(_serving(folder, url)) for count, url in filled.urls.items()}
        # Each worker has read the spec before, and has what it keeps.
        for board in boards.values():
            for page in chosen * FIRST:
                _ask(board.url, page)
        for _ in range(options.rounds):
            for page in chosen:
                for count, board in boards.items():
                    load = loads.setdefault((count, page.name), Load())
                    spent = board.processor()
                    answered = _wrk(board.url, page, options, load)
                    load.processor.append(1000 * (board.processor() - spent) / answered)
        if options.argocd:
            _beside(folder, filled, boards[many].url, options)
        memory = {count: board.megabytes() for count, board in boards.items()}
    _loads(f"{options.connections} connections, {WORKERS} workers, {few} and {many} events", chosen, loads, few, many)
    sizes = ", ".join(f"{megabytes:.0f} MB with {count} events" for count, megabytes in memory.items())
    print(f"\nMemory of a worker: {sizes}")
    _sizes(folder, filled.urls[many], chosen)


# -- under load -------------------------------------------------------------------------------------------------------


@dataclass
class Board:
    """A board that is served."""

    process: subprocess.Popen[bytes]
    url: str

    def workers(self) -> list[Path]:
        """Return what the system tells of each worker."""
        pids = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [Path("/proc") / pid for pid in pids]

    def processor(self) -> float:
        """Return the processor's seconds that workers have had."""
        stats = [(place / "stat").read_text().rpartition(")")[2].split() for place in self.workers()]
        return sum(int(stat[11]) + int(stat[12]) for stat in stats) / os.sysconf("SC_CLK_TCK")

    def megabytes(self) -> float:
        """Return the resident memory of the largest worker."""
        texts = [(place / "status").read_text() for place in self.workers()]
        return max(int(match[1]) for text in texts if (match := re.search(r"VmRSS:\s+(\d+)", text))) / 1024


@contextmanager
def _serving(folder: Path, database: str) -> Iterator[Board]:
    """Serve as the image does, but for the limit of searches, which all come from one address here."""
    from postgresql_server import free_port

    port = free_port()
    settings = {"BIND": "127.0.0.1", "PORT": str(port), "WEB_CONCURRENCY": str(WORKERS)}
    config = ROOT / "webapp/release_board/gunicorn.conf.py"
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", config, "benchmarks.board_data:unlimited()"],
        cwd=ROOT,
        env=os.environ | _environment(folder, database) | settings,
        stdout=subprocess.DEVNULL,
    )
    board = Board(process, f"http://127.0.0.1:{port}")
    try:
        _wait(f"{board.url}/readyz")
        yield board
    finally:
        process.terminate()
        process.wait()


def _environment(folder: Path, database: str) -> dict[str, str]:
    places = os.pathsep.join([str(ROOT), str(ROOT / "webapp")])
    about = {"COLLECTOR": "off", "APP_VERSION": "1.0", "PYTHONPATH": places}
    return {**about, "DATABASE_URL": database, "MIRROR_FOLDER": str(folder / "mirror.git")}


def _wait(url: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _ask(url: str, page: Page, **headers: str) -> tuple[int, Any]:
    """Ask once; return how many bytes came, and the headers."""
    asked = urllib.request.Request(url + page.path, headers={"Accept": page.accept, **page.headers, **headers})
    with urllib.request.urlopen(asked, timeout=60) as answer:
        return len(answer.read()), answer.headers


def _wrk(url: str, page: Page, options: argparse.Namespace, into: Load) -> int:
    """Ask again and again; return how many answers there were."""
    headers = [f"Accept: {page.accept}", "Accept-Encoding: gzip"]
    headers += [f"{name}: {value}" for name, value in page.headers.items()]
    if page.known:
        # As a browser that comes back: the ETag may be another one in the next minute.
        headers.append(f"If-None-Match: {_ask(url, page)[1]['ETag']}")
    words = ["wrk", "-t1", f"-c{options.connections}", f"-d{options.seconds}s", "--latency", "--timeout", "30s"]
    words += [word for header in headers for word in ("-H", header)]
    said = subprocess.run([*words, url + page.path], check=True, capture_output=True, text=True).stdout
    if failed := re.findall(r"Socket errors:.*|Non-2xx.*", said):
        sys.exit(f"{page.name}: {'; '.join(failed)}")
    found = {int(name): float(number) * _UNITS[unit] for name, number, unit in _PERCENTILE.findall(said)}
    into.p50.append(found[50])
    into.p99.append(found[99])
    rate = re.search(r"Requests/sec: +([\d.]+)", said)
    answered = re.search(r"(\d+) requests in", said)
    assert rate
    assert answered
    into.rates.append(float(rate[1]))
    return int(answered[1])


def _loads(title: str, chosen: list[Page], loads: dict[tuple[int, str], Load], few: int, many: int) -> None:
    goal = f"p99 (goal: < {P99_MILLISECONDS} ms)"
    head = (
        "asked for",
        "requests per second",
        "p50",
        goal,
        "a worker's processor, each",
        f"rate beside {few} events",
        "processor",
    )
    rows = []
    for page in chosen:
        load, less = loads[many, page.name], loads[few, page.name]
        ratios = [one / other for one, other in zip(load.rates, less.rates, strict=True)]
        p50, p99 = statistics.median(load.p50), statistics.median(load.p99)
        rows.append(
            (
                page.name,
                f"{statistics.median(load.rates):.0f}",
                f"{p50:.0f} ms",
                f"{p99:.0f} ms (best {min(load.p99):.0f})",
                f"{statistics.median(load.processor):.1f} ms",
                f"{statistics.median(ratios):.2f}×",
                f"{statistics.median(load.processor) / statistics.median(less.processor):.2f}×",
            )
        )
    table(title, head, rows)


# -- beside Argo CD ---------------------------------------------------------------------------------------------------


def _beside(folder: Path, filled: Any, url: str, options: argparse.Namespace) -> None:
    """Ask both for everything, in turns: Argo CD's list has no pages."""
    from benchmarks import board_argocd

    count = -(-options.apps // PAGE)
    with board_argocd.serving(folder / "cluster", filled.cells) as argocd:
        asked = [
            (f"the board's API, all in {count} pages", url, [f"/api/board?page={one + 1}" for one in range(count)], {}),
            ("Argo CD's API", argocd.url, ["/api/v1/applications"], argocd.headers),
            (
                "the same, fields of its page",
                argocd.url,
                [f"/api/v1/applications?fields={board_argocd.FIELDS}"],
                argocd.headers,
            ),
        ]
        rows = []
        for name, place, paths, headers in asked:
            pages = [Page(name, path, JSON, headers=headers) for path in paths]
            took, size = _all_of(place, pages, options.rounds)
            load = Load()
            few = argparse.Namespace(**{**vars(options), "connections": BESIDE_CONNECTIONS})
            for _ in range(options.rounds):
                _wrk(place, pages[0], few, load)
            p50, p99 = statistics.median(load.p50), statistics.median(load.p99)
            each = f"{statistics.median(load.rates):.1f}"
            rows.append((name, f"{took:.0f} ms", f"{size / 1000:.0f} KB", each, f"{p50:.0f} ms", f"{p99:.0f} ms"))
    head = ("asked for", "one client, everything", "bytes, gzipped", "answers per second", "p50", "p99")
    table(f"{len(filled.cells)} Applications, {BESIDE_CONNECTIONS} connections ask for the first page", head, rows)


def _all_of(url: str, pages: list[Page], rounds: int) -> tuple[float, int]:
    """Return the milliseconds that all of some pages take in their best round, and their bytes."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        sizes = [_ask(url, page, **{"Accept-Encoding": "gzip"})[0] for page in pages]
        times.append(1000 * (time.perf_counter() - begun))
    return min(times), sum(sizes)


# -- one by one -------------------------------------------------------------------------------------------------------


def _sizes(folder: Path, database: str, chosen: list[Page]) -> None:
    """Ask for each page in this process, and tell what it takes and has."""
    from release_board import create_app
    from release_board.config import Settings
    from sqlalchemy import event

    app = create_app(Settings.from_environment({**_environment(folder, database), "LOG_LEVEL": "ERROR"}))
    statements: list[str] = []
    engine = app.extensions["release_board.database"].engine
    event.listen(engine, "before_cursor_execute", lambda _c, _cursor, statement, *_rest: statements.append(statement))
    client = app.test_client()
    rows = []
    for page in chosen:
        headers = {"Accept": page.accept}
        if page.known:
            headers["If-None-Match"] = client.get(page.path, headers=headers).headers["ETag"]
        statements.clear()
        begun = time.perf_counter()
        answer = client.get(page.path, headers=headers)
        took = (time.perf_counter() - begun) * 1000
        queries = sum(one.lstrip().upper().startswith("SELECT") for one in statements)
        counter = Elements()
        if page.accept == HTML:
            counter.feed(answer.text)
        size = len(gzip.compress(answer.data, 6)) / 1000 if answer.data else 0
        elements = f"{counter.count}" if counter.count else ""
        whole = f"{len(answer.data) / 1000:.0f} KB"
        rows.append((page.name, str(queries), f"{took:.0f} ms", whole, f"{size:.1f} KB", elements))
    sized, counted = f"gzipped (goal: < {KILOBYTES} KB)", f"elements (goal: < {NODES})"
    table("Each once", ("asked for", "queries", "the first time", "bytes", sized, counted), rows)
    engine.dispose()


if __name__ == "__main__":
    main()
