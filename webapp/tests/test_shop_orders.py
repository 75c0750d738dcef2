"""Orders and the stock they take from."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient


def add(client: FlaskClient, sku: str, stock: int) -> int:
    answer = client.post("/api/products", json={"sku": sku, "name": sku, "price_cents": 250, "stock": stock})
    assert answer.json is not None
    product_id: int = answer.json["id"]
    return product_id


def stock(client: FlaskClient, product_id: int) -> int:
    answer = client.get(f"/api/products/{product_id}")
    assert answer.json is not None
    left: int = answer.json["stock"]
    return left


def order(client: FlaskClient, **quantities: int) -> int:
    items = [{"product_id": int(key[1:]), "quantity": quantity} for key, quantity in quantities.items()]
    return client.post("/api/orders", json={"items": items}).status_code


def test_an_order_takes_from_the_stock_and_can_be_shown(client: FlaskClient) -> None:
    mug = add(client, "mug", 3)
    items = [{"product_id": mug, "quantity": 1}, {"product_id": mug, "quantity": 1}]
    placed = client.post("/api/orders", json={"items": items})
    assert placed.status_code == 201
    assert placed.json is not None
    assert placed.json["items"] == [{"product_id": mug, "quantity": 2, "price_cents": 250}]
    assert placed.json["total_cents"] == 500
    assert client.get(placed.headers["Location"]).json == placed.json
    assert stock(client, mug) == 1


def test_an_order_that_cannot_be_met_in_full_takes_nothing(client: FlaskClient) -> None:
    mug, cap = add(client, "mug", 3), add(client, "cap", 1)
    assert order(client, **{f"p{mug}": 3, f"p{cap}": 2}) == 409
    assert (stock(client, mug), stock(client, cap)) == (3, 1)
    assert client.get("/api/orders/1").status_code == 404


def test_an_order_for_an_unknown_product_takes_nothing(client: FlaskClient) -> None:
    mug = add(client, "mug", 3)
    assert order(client, **{f"p{mug}": 1, "p999": 1}) == 400
    assert stock(client, mug) == 3


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "items"),
        ({"items": []}, "items"),
        ({"items": [1]}, "items"),
        ({"items": [{"product_id": 1, "quantity": 0}]}, "items[0].quantity"),
        ({"items": [{"product_id": 1, "quantity": 1}, {"quantity": 1}]}, "items[1].product_id"),
    ],
)
def test_a_bad_order_names_the_field(client: FlaskClient, body: object, field: str) -> None:
    answer = client.post("/api/orders", json=body)
    assert answer.status_code == 400
    assert answer.json is not None
    assert list(answer.json["fields"]) == [field]


def test_a_product_that_was_ordered_cannot_be_deleted(client: FlaskClient) -> None:
    mug = add(client, "mug", 1)
    assert order(client, **{f"p{mug}": 1}) == 201
    assert client.delete(f"/api/products/{mug}").status_code == 409


def test_buyers_at_the_same_moment_never_get_more_than_there_is(app: Flask, client: FlaskClient) -> None:
    # Each order lists the two products in the other order than the one before, which invites deadlocks.
    mug, cap = f"p{add(client, 'mug', 5)}", f"p{add(client, 'cap', 100)}"
    wanted = [{mug: 1, cap: 1}, {cap: 1, mug: 1}] * 6
    with ThreadPoolExecutor(6) as buyers:
        answers = list(buyers.map(lambda quantities: order(app.test_client(), **quantities), wanted))
    assert sorted(answers) == [201] * 5 + [409] * 7
    assert (stock(client, int(mug[1:])), stock(client, int(cap[1:]))) == (0, 95)
