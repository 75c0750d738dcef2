"""Logs as JSON, one object on each line of stdout, for the app, the migrations and gunicorn."""

import json
import logging
from datetime import UTC, datetime
from logging.config import dictConfig
from typing import Any

LOGGERS = ("release_board", "gunicorn.error", "py.warnings")


class JsonFormatter(logging.Formatter):
    """Formatter that writes time, level, logger and message, then what the caller passed as `extra={"fields": {…}}`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as JSON with all characters escaped except ASCII, so that no input can start a new line."""
        entry: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str)


def logging_config(level: str) -> dict[str, Any]:
    """Return the `dictConfig` for the board's loggers. It does not change the root logger, which is the caller's."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonFormatter}},
        "handlers": {"stdout": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stdout"}},
        "loggers": {name: {"level": level, "handlers": ["stdout"], "propagate": False} for name in LOGGERS},
    }


def configure_logging(level: str) -> None:
    """Apply `logging_config`, and send Python's warnings there too."""
    dictConfig(logging_config(level))
    logging.captureWarnings(capture=True)
