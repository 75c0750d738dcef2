"""Carts: show one, write one, delete one; only where the shop has a table for them."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint
from werkzeug.exceptions import Conflict, NotFound

from shop.carts import Cart, Carts, StaleCart, get_carts
from shop.payload import LARGEST_ID, Fields, json_fields
from shop.views.order import read_quantities

blueprint = Blueprint("cart", __name__, url_prefix="/api/carts")


@blueprint.get("/<uuid:cart_id>")
def show_cart(cart_id: UUID) -> dict[str, Any]:
    """Show a cart; one that was never written is empty, at version 0."""
    return as_json(carts().read(str(cart_id)))


@blueprint.put("/<uuid:cart_id>")
def write_cart(cart_id: UUID) -> dict[str, Any]:
    """Take the `version` that the client has seen, and all `items`: 409 if another write came first."""
    fields = json_fields()
    version, items = read_cart(fields)
    try:
        return as_json(carts().write(str(cart_id), version, items))
    except StaleCart as error:
        raise Conflict(f"The cart is at version {error.cart.version}. Read it again.") from None


@blueprint.delete("/<uuid:cart_id>")
def delete_cart(cart_id: UUID) -> tuple[str, HTTPStatus]:
    """Delete a cart; again is harmless."""
    carts().delete(str(cart_id))
    return "", HTTPStatus.NO_CONTENT


def read_cart(fields: Fields) -> tuple[int, dict[int, int]]:
    """Read the version that a write follows, and the quantities by product."""
    version = fields.integer("version", 0, LARGEST_ID)
    return version, read_quantities(fields)


def carts() -> Carts:
    """Return the carts; 404 where the shop has no table for them."""
    found = get_carts()
    if found is None:
        raise NotFound("This shop keeps no carts: CARTS_TABLE is not set.")
    return found


def as_json(cart: Cart) -> dict[str, Any]:
    """Return the cart as the API shows it."""
    items = [{"product_id": product, "quantity": quantity} for product, quantity in sorted(cart.items.items())]
    return {"version": cart.version, "items": items}
