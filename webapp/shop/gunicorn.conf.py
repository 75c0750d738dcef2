"""gunicorn's settings.

The environment may set PORT, WEB_CONCURRENCY, WEB_CONNECTIONS, LOG_LEVEL, and REQUEST_SECONDS (`shop.worker`).
"""

import os
from pathlib import Path
from typing import Any

from shop.config import Settings, positive_integer
from shop.database import Database
from shop.logs import configure_logging, logging_config
from shop.migration import migrate

SETTINGS = Settings.from_environment()

bind = f"0.0.0.0:{positive_integer(os.environ, 'PORT', 8080)}"
workers = positive_integer(os.environ, "WEB_CONCURRENCY", 2)
worker_class = "shop.worker.Worker"
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

# `shop.request_log` writes one line per request.
accesslog = None
# The process is ours here, so libraries too are to write JSON.
logconfig_dict = logging_config(SETTINGS.log_level) | {"root": {"level": "WARNING", "handlers": ["stdout"]}}


def on_starting(_server: Any) -> None:
    """Migrate an embedded database, which no step of the rollout does, unlike a PostgreSQL's."""
    configure_logging(SETTINGS.log_level)
    database = Database(SETTINGS.database_url)
    if not database.is_postgresql:
        migrate(database)
