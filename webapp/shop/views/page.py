"""Page for a browser: what is for sale, by which release in which environment."""

import logging

from flask import Blueprint, current_app, render_template
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from shop.database import get_database
from shop.models import Product

MOST_PRODUCTS = 100

blueprint = Blueprint("page", __name__)
logger = logging.getLogger("shop.page")


@blueprint.get("/")
def index() -> tuple[str, int]:
    """Show the release even if the database is away, which is when it matters; the status is 503 then."""
    settings = current_app.extensions["shop.settings"]
    products, status = None, 503
    try:
        with get_database().session() as session:
            rows = session.scalars(select(Product).order_by(Product.name, Product.id).limit(MOST_PRODUCTS))
            products, status = [(row.sku, row.name, row.price_cents, row.stock) for row in rows], 200
    except SQLAlchemyError as error:
        logger.warning("products not available", exc_info=error)
    return render_template("index.html", settings=settings, products=products), status
