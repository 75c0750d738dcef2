"""Carts in a table of DynamoDB: each write says which version it follows, so that none is lost or done twice."""

import time
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import current_app

from shop import aws

KEPT_SECONDS = 14 * 24 * 3600
Quantities = dict[int, int]


@dataclass(frozen=True)
class Cart:
    """The products in a cart with their quantities; version 0 is a cart that was never written."""

    version: int
    items: Quantities


class StaleCart(Exception):
    """Another write came first; `cart` is what there is now."""

    def __init__(self, cart: Cart) -> None:
        super().__init__(f"the cart is at version {cart.version}")
        self.cart = cart


class Carts:
    """The carts in one table."""

    def __init__(self, table: str) -> None:
        self.table = table

    @cached_property
    def _client(self) -> Any:
        return aws.client("dynamodb")

    def read(self, cart_id: str) -> Cart:
        """Return a cart as the last write left it."""
        answer = self._client.get_item(TableName=self.table, Key={"id": {"S": cart_id}}, ConsistentRead=True)
        return _cart(answer.get("Item"))

    def write(self, cart_id: str, follows: int, items: Quantities) -> Cart:
        """Write a cart that follows version `follows`; raise `StaleCart` where there is another version.

        The same write again, whose answer was lost, is no other version: it is answered as the first time.
        """
        wanted = Cart(follows + 1, items)
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(id)"}
        if follows:
            values = {":follows": {"N": str(follows)}}
            condition = {"ConditionExpression": "version = :follows", "ExpressionAttributeValues": values}
        try:
            self._client.put_item(
                TableName=self.table,
                Item=_item(cart_id, wanted),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **condition,
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            there = _cart(error.response.get("Item"))
            if there != wanted:
                raise StaleCart(there) from None
        return wanted

    def delete(self, cart_id: str) -> None:
        """Delete a cart; one that is not there is deleted already."""
        self._client.delete_item(TableName=self.table, Key={"id": {"S": cart_id}})


def _item(cart_id: str, cart: Cart) -> dict[str, Any]:
    return {
        "id": {"S": cart_id},
        "version": {"N": str(cart.version)},
        "items": {"M": {str(product): {"N": str(quantity)} for product, quantity in cart.items.items()}},
        "expires": {"N": str(int(time.time()) + KEPT_SECONDS)},
    }


def _cart(item: dict[str, Any] | None) -> Cart:
    if item is None:
        return Cart(0, {})
    items = {int(product): int(quantity["N"]) for product, quantity in item["items"]["M"].items()}
    return Cart(int(item["version"]["N"]), items)


def get_carts() -> Carts | None:
    """Return the carts of the app that is serving the request; None where it keeps none."""
    carts: Carts | None = current_app.extensions["shop.carts"]
    return carts
