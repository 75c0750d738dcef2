"""Charts of delivery as SVG: pure functions from metrics to text. `static/pictures.css` has the colours."""

from release_board.pictures.calendar import calendar, year
from release_board.pictures.dots import dots
from release_board.pictures.scatter import scatter
from release_board.pictures.train import train

__all__ = ["calendar", "dots", "scatter", "train", "year"]
