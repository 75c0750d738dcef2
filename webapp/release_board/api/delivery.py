"""Delivery metrics as JSON, like `/delivery.json`. Unknown values have a reason."""

from flask import Blueprint, Response, request

from release_board.board.measuring import DAYS
from release_board.operations.failure import InvalidInput
from release_board.pages import delivery
from release_board.store.texts import whole

blueprint = Blueprint("api_delivery", __name__, url_prefix="/api")


@blueprint.get("/delivery")
def index() -> Response:
    """Return a page of apps with their metrics in a window of `days`."""
    _check()
    return delivery.index_json()


@blueprint.get("/delivery/<app>")
def app(app: str) -> Response:
    """Return an app's metrics, each with the keys of the deployments behind it."""
    _check()
    return delivery.app_json(app=app)


def _check() -> None:
    faults: dict[str, str] = {}
    days, page = request.args.get("days"), request.args.get("page")
    if days and days not in map(str, DAYS):
        faults["days"] = f"must be one of {', '.join(map(str, DAYS))}"
    if page and not whole(page, 5):
        faults["page"] = "must be a whole number from 1 to 99999"
    if faults:
        raise InvalidInput(faults)
