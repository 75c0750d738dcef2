"""Notices through SNS, on moto's server: what arrives where a queue is subscribed. And secrets, from Secrets Manager."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from generator.clients.aws import session, sns
from generator.errors import ForgeError
from tests.e2e.aws import ACCOUNT, REGION, Aws


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    running = Aws.start(tmp_path_factory.mktemp("moto"))
    yield running
    running.stop()


@pytest.fixture
def topic(account: Aws, monkeypatch: pytest.MonkeyPatch) -> str:
    for name, value in account.environment.items():
        monkeypatch.setenv(name, value)
    number: str = account.client("sns").create_topic(Name="approvals")["TopicArn"]
    return number


@pytest.fixture
def queue(account: Aws, topic: str) -> str:
    url: str = account.client("sqs").create_queue(QueueName="mail")["QueueUrl"]
    account.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{REGION}:{ACCOUNT}:mail")
    return url


def received(account: Aws, queue: str) -> dict[str, Any]:
    (message,) = account.client("sqs").receive_message(QueueUrl=queue)["Messages"]
    account.client("sqs").delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    found: dict[str, Any] = json.loads(message["Body"])
    return found


def test_it_arrives_with_its_subject_and_link(account: Aws, topic: str, queue: str) -> None:
    number = sns.send(
        topic, "Promote web 1.4.2 to prod", "web: 1.4.1 → 1.4.2\n\nhttps://git.example.com/acme/shop/pulls/7"
    )
    found = received(account, queue)
    assert (found["MessageId"], found["Subject"]) == (number, "Promote web 1.4.2 to prod")
    assert found["Message"] == "web: 1.4.1 → 1.4.2\n\nhttps://git.example.com/acme/shop/pulls/7"


@pytest.mark.parametrize(
    ("subject", "sent"),
    [("web → prod\nBcc: x", "web -> prod Bcc: x"), ("é" * 3, "???"), ("x" * 120, "x" * 97 + "...")],
    ids=["lines and arrows", "not ASCII", "too long"],
)
def test_a_subject_that_sns_would_refuse(subject: str, sent: str, account: Aws, topic: str, queue: str) -> None:
    sns.send(topic, subject, "text")
    assert received(account, queue)["Subject"] == sent


def test_a_message_that_is_too_long_is_cut(account: Aws, topic: str, queue: str) -> None:
    sns.send(topic, "long", "é" * 200_000)
    assert len(received(account, queue)["Message"]) == sns.MESSAGE_LIMIT // 2


def test_a_topic_that_is_not_there(topic: str) -> None:
    with pytest.raises(ForgeError, match=r"AWS Publish: .*\(NotFound"):
        sns.send(topic.replace("approvals", "gone"), "subject", "text")
    with pytest.raises(ForgeError, match="not the ARN of an SNS topic"):
        sns.send("approvals", "subject", "text")


def test_a_service_that_hangs_or_is_gone(topic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(ForgeError, match=r"AWS: .*connect"):
        sns.send(topic, "subject", "text", timeout=1)


@pytest.mark.full
def test_a_secret_by_name_and_by_arn(account: Aws, topic: str) -> None:
    made = account.client("secretsmanager").create_secret(Name="shop/app", SecretString="-----BEGIN")
    assert session.secret("shop/app") == session.secret(made["ARN"]) == "-----BEGIN"
    with pytest.raises(ForgeError, match="AWS GetSecretValue"):
        session.secret("shop/gone")


@pytest.mark.full
def test_the_key_of_a_github_app(account: Aws, topic: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from generator.clients.forges import github_app

    account.put_secret("shop/key", {"not": "a key"})
    monkeypatch.setenv("GITHUB_APP_ID", "42")
    monkeypatch.setenv("GITHUB_APP_PRIVATE_KEY_SECRET", "shop/key")
    app = github_app.configured()
    assert app is not None
    assert app.key == '{"not": "a key"}'
    assert "a key" not in repr(app)
