"""Carts in DynamoDB: no write is lost, and none is done twice."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import boto3
import pytest
from flask import Flask
from flask.testing import FlaskClient

from shop import create_app
from shop.config import Settings

KEY: Any = [{"AttributeName": "id", "KeyType": "HASH"}]
ATTRIBUTES: Any = [{"AttributeName": "id", "AttributeType": "S"}]


@pytest.fixture
def table(aws: str) -> str:
    name = f"carts-{uuid.uuid4()}"
    client = boto3.client("dynamodb", endpoint_url=aws, region_name="eu-west-1")
    about = {"KeySchema": KEY, "AttributeDefinitions": ATTRIBUTES}
    client.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", **about)
    return name


@pytest.fixture
def app(settings: Settings, table: str) -> Iterator[Flask]:
    app = create_app(replace(settings, carts_table=table))
    yield app
    app.extensions["shop.database"].engine.dispose()


def path() -> str:
    return f"/api/carts/{uuid.uuid4()}"


def body(version: int, **quantities: int) -> dict[str, Any]:
    items = [{"product_id": int(key[1:]), "quantity": quantity} for key, quantity in quantities.items()]
    return {"version": version, "items": items}


def test_a_cart_that_was_never_written_is_empty(client: FlaskClient) -> None:
    answer = client.get(path())
    assert (answer.status_code, answer.json) == (200, {"version": 0, "items": []})


def test_a_cart_is_written_read_and_deleted(client: FlaskClient) -> None:
    cart = path()
    assert client.put(cart, json=body(0, p2=1, p1=3)).json == {**body(1, p1=3, p2=1)}
    assert client.put(cart, json=body(1, p1=4)).status_code == 200
    assert client.get(cart).json == body(2, p1=4)
    assert [client.delete(cart).status_code for _ in range(2)] == [204, 204]
    assert client.get(cart).json == {"version": 0, "items": []}


def test_a_write_that_is_sent_again_is_answered_as_the_first_time(client: FlaskClient) -> None:
    cart = path()
    answers = [client.put(cart, json=body(0, p1=1)) for _ in range(3)]
    assert [answer.json for answer in answers] == [body(1, p1=1)] * 3
    assert client.get(cart).json == body(1, p1=1)


def test_a_write_that_follows_an_older_version_is_refused(client: FlaskClient) -> None:
    cart = path()
    client.put(cart, json=body(0, p1=1))
    refused = client.put(cart, json=body(0, p1=2))
    assert refused.status_code == 409
    assert refused.json is not None
    assert "version 1" in refused.json["detail"]
    assert client.put(cart, json=body(5, p1=2)).status_code == 409
    assert client.get(cart).json == body(1, p1=1)


def test_of_writes_at_the_same_moment_one_wins(app: Flask, client: FlaskClient) -> None:
    cart = path()
    with ThreadPoolExecutor(6) as writers:
        answers = list(writers.map(lambda n: app.test_client().put(cart, json=body(0, p1=n)).status_code, range(1, 7)))
    assert sorted(answers) == [200] + [409] * 5
    stored = client.get(cart).json
    assert stored is not None
    assert stored["version"] == 1


def test_a_cart_goes_by_itself(client: FlaskClient, table: str, aws: str) -> None:
    cart = path()
    client.put(cart, json=body(0, p1=1))
    dynamodb = boto3.client("dynamodb", endpoint_url=aws, region_name="eu-west-1")
    [item] = dynamodb.scan(TableName=table)["Items"]
    assert item["expires"]["N"].isdigit()


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"items": [{"product_id": 1, "quantity": 1}]}, "version"),
        (body(-1, p1=1), "version"),
        (body(0), "items"),
        ({**body(0, p1=1), "owner": "me"}, "owner"),
    ],
)
def test_a_bad_cart_names_the_field(client: FlaskClient, sent: object, field: str) -> None:
    answer = client.put(path(), json=sent)
    assert answer.status_code == 400
    assert answer.json is not None
    assert list(answer.json["fields"]) == [field]


def test_a_table_that_is_not_there_is_an_answer_of_its_own(settings: Settings, aws: str) -> None:
    app = create_app(replace(settings, carts_table="none"))
    assert app.test_client().get(path()).status_code == 503


def test_a_shop_without_a_table_keeps_no_carts(settings: Settings) -> None:
    answer = create_app(settings).test_client().get(path())
    assert answer.status_code == 404
    assert answer.json is not None
    assert "CARTS_TABLE" in answer.json["detail"]
