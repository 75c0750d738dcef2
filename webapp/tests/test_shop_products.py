"""The product API."""

from typing import Any

import pytest
from flask.testing import FlaskClient

MUG: dict[str, Any] = {"sku": "mug", "name": "Enamel mug", "price_cents": 1450, "stock": 3}


def test_a_product_can_be_added_shown_and_deleted(client: FlaskClient) -> None:
    added = client.post("/api/products", json=MUG)
    assert added.status_code == 201
    assert added.json == MUG | {"id": 1}
    location = added.headers["Location"]
    assert client.get(location).json == added.json
    assert client.delete(location).status_code == 204
    assert client.get(location).status_code == 404
    assert client.delete(location).status_code == 404


def test_a_sku_is_taken_once(client: FlaskClient) -> None:
    client.post("/api/products", json=MUG)
    assert client.post("/api/products", json=MUG | {"name": "Other"}).status_code == 409


def test_following_next_gives_each_product_once_though_one_is_deleted_meanwhile(client: FlaskClient) -> None:
    for number in range(5):
        client.post("/api/products", json=MUG | {"sku": f"mug-{number}"})
    seen, path = [], "/api/products?limit=2"
    while path:
        page = client.get(path).json
        assert page is not None
        seen += [item["sku"] for item in page["items"]]
        path = page["next"]
        client.delete("/api/products/1")
    assert seen == [f"mug-{number}" for number in range(5)]


@pytest.mark.parametrize("query", ["limit=x", "limit=101", "limit=0", "limit=-1", "after=99999999999", "limit=²"])
def test_a_bad_page_is_a_400_that_names_the_parameter(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/api/products?{query}")
    assert answer.status_code == 400
    assert answer.json is not None
    assert list(answer.json["fields"]) == [query.partition("=")[0]]


@pytest.mark.parametrize(
    ("change", "bad"),
    [
        ({"sku": ""}, ["sku"]),
        ({"sku": "a\x00b"}, ["sku"]),
        ({"name": "\ud800"}, ["name"]),
        ({"name": "x" * 121}, ["name"]),
        ({"name": ["Enamel mug"]}, ["name"]),
        ({"stock": -1, "price_cents": "1450"}, ["price_cents", "stock"]),
        ({"stock": True}, ["stock"]),
        ({"stock": 1.0}, ["stock"]),
        ({"stock": 10**30}, ["stock"]),
        ({"stok": 1}, ["stok"]),
    ],
)
def test_bad_input_is_a_400_that_names_every_bad_field(
    client: FlaskClient, change: dict[str, Any], bad: list[str]
) -> None:
    answer = client.post("/api/products", json=MUG | change)
    assert answer.status_code == 400
    assert answer.json is not None
    assert sorted(answer.json["fields"]) == bad


def test_a_name_may_be_in_any_script_and_is_escaped_on_the_page(client: FlaskClient) -> None:
    client.post("/api/products", json=MUG | {"name": "<b>Tasse émaillée</b> 杯"})
    assert "&lt;b&gt;Tasse émaillée&lt;/b&gt; 杯" in client.get("/").text
