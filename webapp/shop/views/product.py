"""Products: list, add, show, delete."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, url_for
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import Conflict, NotFound

from shop.database import get_database
from shop.models import Product
from shop.payload import LARGEST_ID, json_fields, query_integer

PAGE = 20
LARGEST_PAGE = 100

blueprint = Blueprint("product", __name__, url_prefix="/api/products")


@blueprint.get("")
def list_products() -> dict[str, Any]:
    """List a page of products, in the order of ids; `next` is the path of the following page, or null."""
    limit = query_integer("limit", PAGE, 1, LARGEST_PAGE)
    after = query_integer("after", 0, 0, LARGEST_ID)
    query = select(Product).where(Product.id > after).order_by(Product.id).limit(limit + 1)
    with get_database().session() as session:
        found = [as_json(product) for product in session.scalars(query)]
    items, more = found[:limit], found[limit:]
    following = url_for("product.list_products", limit=limit, after=items[-1]["id"]) if more else None
    return {"items": items, "next": following}


@blueprint.post("")
def add_product() -> tuple[dict[str, Any], HTTPStatus, dict[str, str]]:
    """Take `sku`, `name`, `price_cents` and `stock`; 409 if the SKU is taken."""
    fields = json_fields()
    product = Product(
        sku=fields.text("sku", longest=40),
        name=fields.text("name", longest=120),
        price_cents=fields.integer("price_cents", 0, 100_000_000),
        stock=fields.integer("stock", 0, 1_000_000),
    )
    fields.check()
    try:
        with get_database().session() as session:
            session.add(product)
            session.flush()
            body = as_json(product)
    except IntegrityError:
        raise Conflict("There is a product with this SKU already.") from None
    return body, HTTPStatus.CREATED, {"Location": url_for("product.show_product", product_id=body["id"])}


@blueprint.get(f"/<int(max={LARGEST_ID}):product_id>")
def show_product(product_id: int) -> dict[str, Any]:
    """Show a product; 404 if there is none."""
    with get_database().session() as session:
        product = session.get(Product, product_id)
        if product is None:
            raise NotFound(f"There is no product {product_id}.")
        return as_json(product)


@blueprint.delete(f"/<int(max={LARGEST_ID}):product_id>")
def delete_product(product_id: int) -> tuple[str, HTTPStatus]:
    """Delete it for good; 409 if an order has it, as orders are kept."""
    try:
        with get_database().session() as session:
            product = session.get(Product, product_id)
            if product is None:
                raise NotFound(f"There is no product {product_id}.")
            session.delete(product)
    except IntegrityError:
        raise Conflict(f"Product {product_id} has been ordered and cannot be deleted.") from None
    return "", HTTPStatus.NO_CONTENT


def as_json(product: Product) -> dict[str, Any]:
    """Return the product as the API shows it."""
    return {
        "id": product.id,
        "sku": product.sku,
        "name": product.name,
        "price_cents": product.price_cents,
        "stock": product.stock,
    }
