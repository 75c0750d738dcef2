"""AWS, through boto3: clients with bounded answers and retries, and translated errors.

Keys come from the credentials in force. On the command line, keys and region come from the same sources as for the
AWS CLI: the environment, a profile, or the role of the build.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from generator import bounded_http, credentials
from generator.clients import MISREAD, missing
from generator.clients.forges.forge import TIMEOUT_SECONDS
from generator.errors import ForgeError
from generator.git import hosts, trusted_hosts

ATTEMPTS: Final = 5
_KEYS: Final = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_DENIED: Final = frozenset({"AccessDeniedException", "AccessDenied", "AuthorizationError"})
_UNKNOWN: Final = frozenset(
    {"UnrecognizedClientException", "InvalidClientTokenId", "ExpiredTokenException", "ExpiredToken"}
)

_NOT_AWS: Final = "does a proxy, or AWS_ENDPOINT_URL, lead somewhere else?"


def client(
    service: str,
    region: str | None = None,
    timeout: int = TIMEOUT_SECONDS,
    api: str | None = None,
    attempts: int = ATTEMPTS,
    largest: int = bounded_http.LARGEST_BYTES,
) -> Any:
    """Return a client of a service.

    The default region is `AWS_REGION`, then `AWS_DEFAULT_REGION`, then the profile's. The time-out limits each whole
    answer, and `largest` its bytes; a throttled request is repeated up to ``attempts`` times.
    """
    try:
        import boto3
        from botocore.config import Config
    except ImportError:
        raise missing.library("boto3", "aws") from None
    config = Config(
        connect_timeout=timeout, read_timeout=timeout, retries={"mode": "standard", "total_max_attempts": attempts}
    )
    with translated():
        made = boto3.session.Session(**_keys()).client(
            service, region_name=region or _region(), config=config, endpoint_url=api
        )
    _bound(made, timeout, largest)
    return made


def _region() -> str | None:
    """Return the region that `AWS_REGION` names: AWS' tools read that first, and boto3 only what comes after it."""
    return os.environ.get("AWS_REGION") or None


def _keys() -> dict[str, str]:
    """Return the keys to sign with; none where AWS's own chain is to look for them."""
    if credentials.are_ambient():
        return {}
    found = {name.lower(): value for name in _KEYS if (value := credentials.get(name))}
    if "aws_secret_access_key" not in found:
        raise ForgeError("no AWS credentials", f"give {' and '.join(_KEYS[:2])}")
    return found


def _bound(client: Any, seconds: float, largest: int) -> None:
    """Bound the time and size of every answer: botocore's own time-out is for each piece, and it takes any size."""
    from botocore import awsrequest
    from botocore.exceptions import HTTPClientError
    from urllib3.exceptions import HTTPError

    session = client._endpoint.http_session  # botocore takes no other classes for its connections
    session._pool_classes_by_scheme.update(
        http=_watched(awsrequest.AWSHTTPConnectionPool), https=_watched(awsrequest.AWSHTTPSConnectionPool)
    )

    def send(request: Any, **_: object) -> Any:
        request.stream_output = True
        with bounded_http.within(seconds) as watch:
            answer = session.send(request)
            try:
                answer._content = watch.read(answer.raw.stream(bounded_http.CHUNK_BYTES), largest)
            except HTTPError as exc:
                raise HTTPClientError(error=exc) from exc
            finally:
                answer.raw.release_conn()
        answer.raw = io.BytesIO(answer._content)  # where an operation returns a file, botocore reads it from here
        return answer

    client.meta.events.register("before-send", send)


def _watched(pool: type[Any]) -> type[Any]:
    """Return a pool whose connections tell the watch what they do."""
    connection = type("Watched", (bounded_http.Watched, pool.ConnectionCls), {})
    return type("WatchedPool", (pool,), {"ConnectionCls": connection})


def require_endpoint(url: str) -> None:
    """Raise ``ForgeError`` if the endpoint is not AWS's, because AWS credentials would sign requests to it."""
    host = hosts.of(url)
    if not re.fullmatch(r"(?:[a-z0-9-]+\.)+(?:amazonaws\.com(?:\.cn)?|api\.aws)", host):
        trusted_hosts.require(url, "AWS_SECRET_ACCESS_KEY", error=ForgeError)


@contextmanager
def translated() -> Iterator[None]:
    """Convert AWS's errors, and answers that are not AWS's, to ``ForgeError`` with the original message."""
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError
    from botocore.parsers import ResponseParserError

    try:
        yield
    except ClientError as exc:
        code = str(exc.response.get("Error", {}).get("Code", ""))
        said = str(exc.response.get("Error", {}).get("Message", ""))
        raise Refused(code, f"AWS {exc.operation_name}: {said or 'refused'} ({code})", _hint(code)) from None
    except NoCredentialsError:
        raise ForgeError("no AWS credentials", "log in (aws sso login), or give the build a role") from None
    except NoRegionError:
        raise ForgeError("no AWS region", "set AWS_REGION") from None
    except BotoCoreError as exc:
        raise ForgeError(f"AWS: {exc}", "check the network and AWS_REGION, and try again") from None
    except bounded_http.Late as exc:
        raise ForgeError(f"AWS: {exc}", "try again later; check the network, and proxies on the way") from None
    except (bounded_http.TooLarge, ResponseParserError, *MISREAD) as exc:
        said = f"{type(exc).__name__}: {str(exc)[:120]}"
        raise ForgeError(f"AWS: this is no answer of it ({said})", _NOT_AWS) from exc


class Refused(ForgeError):
    """A service's refusal; ``code`` is AWS's name for it."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(message, hint)
        self.code = code


def secret(name: str) -> str:
    """Return the text of a Secrets Manager secret, by its name or ARN."""
    region = name.split(":")[3] if name.startswith("arn:") and name.count(":") >= 6 else None
    with translated():
        text: str = client("secretsmanager", region).get_secret_value(SecretId=name).get("SecretString", "")
    return text


def _hint(code: str) -> str:
    if code in _DENIED:
        return "the role or user lacks this permission: add it to its IAM policy"
    if code in _UNKNOWN:
        return "the AWS credentials are wrong or have expired"
    return ""
