"""Orders: place one, show one."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, url_for
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.exceptions import Conflict, NotFound

from shop.database import get_database
from shop.failure import InvalidInput
from shop.models import Order, OrderLine, Product
from shop.payload import LARGEST_ID, Fields, json_fields

MOST_LINES = 50

blueprint = Blueprint("order", __name__, url_prefix="/api/orders")


@blueprint.post("")
def place_order() -> tuple[dict[str, Any], HTTPStatus, dict[str, str]]:
    """Take `items` of `product_id` and `quantity`, all or nothing: 409 if one of them is out of stock."""
    wanted = read_items()
    with get_database().session() as session:
        # In the order of ids, so that two orders for the same products wait for each other instead of deadlocking.
        lines = [take(session, product_id, wanted[product_id]) for product_id in sorted(wanted)]
        order = Order(lines=lines)
        session.add(order)
        session.flush()
        body = as_json(order)
    return body, HTTPStatus.CREATED, {"Location": url_for("order.show_order", order_id=body["id"])}


@blueprint.get(f"/<int(max={LARGEST_ID}):order_id>")
def show_order(order_id: int) -> dict[str, Any]:
    """Show an order with its lines; 404 if there is none."""
    with get_database().session() as session:
        order = session.get(Order, order_id)
        if order is None:
            raise NotFound(f"There is no order {order_id}.")
        return as_json(order)


def read_items() -> dict[int, int]:
    """Read quantities by product id from the request; a product that is listed twice counts twice."""
    return read_quantities(json_fields())


def read_quantities(fields: Fields) -> dict[int, int]:
    """Read the quantities of an object's `items`, and check all of the object."""
    items = fields.objects("items", most=MOST_LINES)
    wanted: dict[int, int] = {}
    for item in items:
        product_id = item.integer("product_id", 1, LARGEST_ID)
        wanted[product_id] = wanted.get(product_id, 0) + item.integer("quantity", 1, 1000)
    fields.check(*items)
    return wanted


def take(session: Session, product_id: int, quantity: int) -> OrderLine:
    """Take from the stock in one statement, which the database runs as a whole: two buyers never get the same piece."""
    enough = (Product.id == product_id, Product.stock >= quantity)
    taken = update(Product).where(*enough).values(stock=Product.stock - quantity).returning(Product.price_cents)
    price_cents = session.scalar(taken)
    if price_cents is not None:
        return OrderLine(product_id=product_id, quantity=quantity, price_cents=price_cents)
    if session.scalar(select(Product.id).where(Product.id == product_id)) is None:
        raise InvalidInput({"items": f"there is no product {product_id}"})
    raise Conflict(f"Product {product_id} has fewer than {quantity} in stock.")


def as_json(order: Order) -> dict[str, Any]:
    """Return the order as the API shows it."""
    lines = [
        {"product_id": line.product_id, "quantity": line.quantity, "price_cents": line.price_cents}
        for line in order.lines
    ]
    return {"id": order.id, "items": lines, "total_cents": order.total_cents}
