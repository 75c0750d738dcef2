"""State in S3 and its lock, by the real Terraform against moto: while one writes, another is stopped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
import requests
from moto.server import ThreadedMotoServer

from generator import process
from generator.infra import engine as terraform
from generator.infra.engine import Engine
from testing.infra_engine import ENGINE
from testing.waiting import PATIENCE

pytestmark = [pytest.mark.needs(ENGINE, "aws-stub"), pytest.mark.slow]
KEY = "environments/prod/terraform.tfstate"
LOCK = {"ID": "5d1f1a1c-1111-2222-3333-444455556666", "Operation": "OperationTypeApply", "Who": "another@pipeline", "Version": "1.11.4", "Created": "2026-01-01T00:00:00Z", "Info": "", "Path": KEY}  # fmt: skip
HOW = {"s3": ("use_lockfile = true",), "dynamodb": ('dynamodb_table = "locks"',), "both": ("use_lockfile = true", 'dynamodb_table = "locks"')}  # fmt: skip


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Play S3 and DynamoDB, with a bucket and a table in them."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    # What it holds is the process's, not the server's.
    requests.post(f"{url}/moto-api/reset", timeout=PATIENCE).raise_for_status()
    boto3.client("s3", endpoint_url=url, region_name="us-east-1").create_bucket(Bucket="states")
    boto3.client("dynamodb", endpoint_url=url, region_name="us-east-1").create_table(
        TableName="locks",
        KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    yield url
    server.stop()


def configuration(folder: Path, url: str, lock: tuple[str, ...]) -> None:
    lines = "\n    ".join(lock)
    (folder / "main.tf").write_text(f"""terraform {{
  backend "s3" {{
    bucket = "states"
    key = "{KEY}"
    region = "us-east-1"
    encrypt = true
    use_path_style = true
    skip_credentials_validation = true
    skip_requesting_account_id = true
    skip_metadata_api_check = true
    skip_region_validation = true
    endpoints = {{
      s3 = "{url}"
      dynamodb = "{url}"
    }}
    {lines}
  }}
}}
provider "aws" {{
  region = "us-east-1"
}}
resource "aws_sns_topic" "one" {{
  name = "one"
}}
""")


def applied(engine: Engine, folder: Path) -> process.Completed:
    return engine.run(folder, "apply", "-no-color", "-auto-approve", "-input=false", "-lock-timeout=0s")


@pytest.mark.thin(3)
@pytest.mark.parametrize("how", HOW)
def test_while_one_writes_another_is_stopped(how: str, aws: str, tmp_path: Path) -> None:
    engine = terraform.prepare(tmp_path / "engine", ENGINE)
    folder = tmp_path / "prod"
    folder.mkdir()
    configuration(folder, aws, HOW[how])
    assert engine.run(folder, "init", "-no-color", "-input=false").returncode == 0
    s3 = boto3.client("s3", endpoint_url=aws, region_name="us-east-1")
    table = boto3.client("dynamodb", endpoint_url=aws, region_name="us-east-1")
    if how == "dynamodb":
        item = {"LockID": {"S": f"states/{KEY}"}, "Info": {"S": json.dumps(LOCK)}}
        table.put_item(TableName="locks", Item=item)
    else:
        s3.put_object(Bucket="states", Key=f"{KEY}.tflock", Body=json.dumps(LOCK))
    stopped = applied(engine, folder)
    assert stopped.returncode == 1
    assert "Error acquiring the state lock" in stopped.stderr
    assert "another@pipeline" in stopped.stderr
    assert "Contents" not in s3.list_objects_v2(Bucket="states", Prefix=KEY, Delimiter=".tflock")
    if how == "dynamodb":
        table.delete_item(TableName="locks", Key={"LockID": {"S": f"states/{KEY}"}})
    else:
        s3.delete_object(Bucket="states", Key=f"{KEY}.tflock")
    assert applied(engine, folder).returncode == 0
    there = s3.get_object(Bucket="states", Key=KEY)
    assert there["ServerSideEncryption"] == "AES256"
    assert json.loads(there["Body"].read())["resources"][0]["type"] == "aws_sns_topic"
    # The lock is gone again, so that the next one may write.
    assert applied(engine, folder).returncode == 0
