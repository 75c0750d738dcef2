"""gunicorn's settings.

The environment may set BIND, PORT, WEB_CONCURRENCY, WEB_CONNECTIONS, LOG_LEVEL, COLLECTOR (`off`: it runs elsewhere)
and REQUEST_SECONDS (`release_board.worker`).
"""

import os
import subprocess
import sys
import tempfile
import webbrowser
from pathlib import Path
from typing import Any

from release_board.config import Settings, positive_integer
from release_board.operations.logs import configure_logging, logging_config
from release_board.store.database import Database
from release_board.store.migration import migrate

SETTINGS = Settings.from_environment()
# Before the app is loaded: each process counts in a file here. It goes with this process, whose start counts anew.
_COUNTS = tempfile.TemporaryDirectory(prefix="board-metrics-")
os.environ["PROMETHEUS_MULTIPROC_DIR"] = _COUNTS.name

# All addresses, since in a pod a probe and a load balancer come from outside.
bind = f"{os.environ.get('BIND') or '0.0.0.0'}:{positive_integer(os.environ, 'PORT', 8080)}"  # noqa: S104
workers = positive_integer(os.environ, "WEB_CONCURRENCY", 2)
worker_class = "release_board.worker.Worker"
# Those that wait for their client cost next to nothing.
worker_connections = positive_integer(os.environ, "WEB_CONNECTIONS", 1000)

# Less than the 30 seconds that Kubernetes waits between SIGTERM and SIGKILL.
graceful_timeout = 25
timeout = 30
# Longer than a load balancer's idle time-out (60 seconds on AWS), which must be the one that closes the connection.
keepalive = 75

# The heartbeat file must be on a memory file system: on a disk a slow write looks like a hung worker.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 (gunicorn makes its own private file)
control_socket_disable = True

# `release_board.operations.request_log` writes one line per request.
accesslog = None
# The process is ours here, so libraries too are to write JSON.
logconfig_dict = logging_config(SETTINGS.log_level) | {"root": {"level": "WARNING", "handlers": ["stdout"]}}


def on_starting(_server: Any) -> None:
    """Migrate an embedded database, which no step of the rollout does, unlike a PostgreSQL's."""
    configure_logging(SETTINGS.log_level)
    database = Database(SETTINGS.database_url)
    if not database.is_postgresql:
        migrate(database)


def child_exit(_server: Any, worker: Any) -> None:
    """Take what a worker that is gone had counted as going on out of the metrics."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


_COLLECTOR: list[subprocess.Popen[bytes]] = []


def when_ready(_server: Any) -> None:
    """Start the collector beside the workers, unless it runs elsewhere (COLLECTOR=off), and open what is asked for."""
    if SETTINGS.repository and os.environ.get("COLLECTOR") != "off":
        _COLLECTOR.append(subprocess.Popen([sys.executable, "-m", "release_board", "collect"]))
    if address := os.environ.get("OPEN_BROWSER"):
        webbrowser.open(address)


def on_exit(_server: Any) -> None:
    """End the collector with the server."""
    for process in _COLLECTOR:
        process.terminate()
        process.wait()
