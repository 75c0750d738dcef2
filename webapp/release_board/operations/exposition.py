"""`/metrics` for Prometheus: requests, the last answers of sources, and the number of cells in each state.

Each worker counts in its own file (`PROMETHEUS_MULTIPROC_DIR`, see `gunicorn.conf.py`); a scrape adds the files up.
"""

import os
import time

from flask import Blueprint, Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy.exc import SQLAlchemyError

from release_board.access.reading import public
from release_board.board.freshness import freshness
from release_board.board.rows import counts
from release_board.store.database import get_database

blueprint = Blueprint("exposition", __name__)

# The label is the declared route and not the path: any path is possible, and each new label would stay forever.
LABELS = ("method", "route", "status")
requests = Counter("board_requests_total", "Requests that were answered.", LABELS)
seconds = Histogram(
    "board_request_seconds",
    "Time until the answer began.",
    ("route",),
    buckets=(0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 5),
)


def init_app(app: Flask) -> None:
    """Count each request."""
    app.after_request(count)
    app.register_blueprint(blueprint)


def count(response: Response) -> Response:
    """Count a request by its route."""
    route = request.url_rule.rule if request.url_rule else "none"
    method = request.method if request.method in {"GET", "HEAD", "POST", "OPTIONS"} else "other"
    requests.labels(method, route, str(response.status_code)).inc()
    if "started" in g:
        seconds.labels(route).observe(time.perf_counter() - g.started)
    return response


@blueprint.get("/metrics")
@public
def metrics() -> Response:
    """Return all metrics; without the database, only the counters of processes."""
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(requests)
        registry.register(seconds)
    now = int(time.time())
    up = _gauge(registry, "board_database_up", "Whether the database answers.", ())
    try:
        with get_database().session() as session:
            of_states, _ = counts(session)
            heard = freshness(session, now)
    except SQLAlchemyError:
        up.set(0)
    else:
        up.set(1)
        apps = _gauge(registry, "board_apps", "Apps by their most urgent state.", ("state",))
        for name, number in of_states.items():
            apps.labels(name).set(number)
        silence = _gauge(registry, "board_source_silence_seconds", "Since a source was last heard from.", ("source",))
        for one in heard.values():
            if one.heard is not None:
                silence.labels(one.name).set(max(0, now - one.heard))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _gauge(registry: CollectorRegistry, name: str, about: str, labels: tuple[str, ...]) -> Gauge:
    """Return a gauge for this scrape only; all workers return the same value."""
    return Gauge(name, about, labels, registry=registry, multiprocess_mode="mostrecent")
