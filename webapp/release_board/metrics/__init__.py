"""Delivery metrics as DORA defines them: pure functions from a history to values with their evidence.

`measure` returns the five metrics of one app in a window. Observations in git, declarations of people and unknown
values are kept apart, and an unknown value is never 0.
"""

from release_board.metrics.records import (
    Change,
    Declaration,
    History,
    Image,
    Incident,
    Key,
    Life,
    Log,
    Signal,
    SourceCommit,
    Window,
)
from release_board.metrics.report import Report, measure, report
from release_board.metrics.touched import Touched, touched
from release_board.metrics.view import Options, view

__all__ = [
    "Change",
    "Declaration",
    "History",
    "Image",
    "Incident",
    "Key",
    "Life",
    "Log",
    "Options",
    "Report",
    "Signal",
    "SourceCommit",
    "Touched",
    "Window",
    "measure",
    "report",
    "touched",
    "view",
]
