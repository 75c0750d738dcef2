"""What lies between the app and moto: it counts requests, and at one of them kills the app or throttles it."""

import http.client
import json
import os
import signal
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

import boto3

REGION = "eu-west-1"
THROTTLED = {"__type": "com.amazonaws.dynamodb.v20120810#ThrottlingException", "message": "Rate exceeded"}


class Proxy:
    """Passes requests on to moto. `counts` has how many came of each operation.

    The process `victim` is killed at its `kill_at`th write, which is not passed on. The next `throttled` requests are
    refused as AWS does when a table gets too many.
    """

    def __init__(self, server: str) -> None:
        self.counts: Counter[str] = Counter()
        self.victim: int | None = None
        self.kill_at, self.throttled = 0, 0
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler(server.removeprefix("http://")))
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()

    def takes(self, operation: str) -> bool:
        """Count a request; tell whether it is passed on."""
        with self._lock:
            self.counts[operation] += 1
            if self.victim is not None and operation == "PutItem" and self.counts[operation] >= self.kill_at:
                os.kill(self.victim, signal.SIGKILL)
                return False
            self.throttled -= 1
            return self.throttled < 0

    def _handler(self, server: str) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if not proxy.takes(self.headers["X-Amz-Target"].rpartition(".")[2]):
                    self._answer(400, json.dumps(THROTTLED).encode())
                    return
                connection = http.client.HTTPConnection(server)
                connection.request("POST", self.path, body, dict(self.headers))
                answer = connection.getresponse()
                self._answer(answer.status, answer.read())
                connection.close()

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.0")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        return Handler


def make_table(server: str, name: str) -> None:
    """Make a table as the README says."""
    boto3.client("dynamodb", endpoint_url=server, region_name=REGION).create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "cell", "KeyType": "HASH"}, {"AttributeName": "event", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": one, "AttributeType": "S"} for one in ("cell", "event")],
        BillingMode="PAY_PER_REQUEST",
    )
