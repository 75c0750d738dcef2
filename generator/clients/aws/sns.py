"""Publish messages to an SNS topic, which sends them to its subscribers, for example by e-mail."""

from __future__ import annotations

import re
from typing import Final

from generator.clients.aws import session
from generator.clients.forges.forge import TIMEOUT_SECONDS
from generator.errors import ForgeError

# SNS's own limits: the subject in ASCII characters, the message in bytes.
SUBJECT_LIMIT: Final = 100
MESSAGE_LIMIT: Final = 262_144
_TOPIC: Final = re.compile(r"arn:aws[a-z-]*:sns:(?P<region>[a-z0-9-]+):[0-9]{12}:[A-Za-z0-9_-]{1,256}(?P<fifo>\.fifo)?")


def send(topic: str, subject: str, text: str, timeout: int = TIMEOUT_SECONDS) -> str:
    """Publish to the topic of this ARN; the message's id. ``ForgeError`` with AWS's own reason."""
    found = _TOPIC.fullmatch(topic)
    if found is None:
        raise ForgeError(f"{topic}: not the ARN of an SNS topic", "like arn:aws:sns:eu-west-1:123456789012:approvals")
    client = session.client("sns", found["region"], timeout)
    group = {"MessageGroupId": "gitops-generator"} if found["fifo"] else {}
    with session.translated():
        answer = client.publish(TopicArn=topic, Subject=_subject(subject), Message=_message(text), **group)
    number: str = answer["MessageId"]
    return number


def _subject(text: str) -> str:
    """Return one line of printable ASCII that begins with a letter, a digit or punctuation: SNS refuses all others."""
    plain = text.replace("→", "->").encode("ascii", "replace").decode()
    line = " ".join(re.sub(r"[^\x20-\x7e]", " ", plain).split())
    return line if len(line) <= SUBJECT_LIMIT else f"{line[: SUBJECT_LIMIT - 3]}..."


def _message(text: str) -> str:
    data = text.encode()
    return text if len(data) <= MESSAGE_LIMIT else data[:MESSAGE_LIMIT].decode(errors="ignore")
