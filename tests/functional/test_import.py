"""``import`` writes a Score file into generator.yaml, and names what has no place there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from testing.adopted import SPEC
from testing.programs import Run
from testing.repository import files, git
from testing.templates import Templates

SCORE = """\
apiVersion: score.dev/v1b1
metadata:
  name: web
  team: shop
containers:
  main:
    image: ghcr.io/acme/web:1.4.2
    command: [python, -m, web]
    variables:
      NAME: "${metadata.name}"
      LITERAL: "$${HOME}"
      DB_HOST: ${resources.db.host}
    files:
      /etc/web/web.conf:
        content: "name=${metadata.name}\\n"
        mode: "0600"
    volumes:
      /data: {source: "${resources.data}"}
    resources:
      requests: {cpu: 100m, memory: 64Mi}
    livenessProbe:
      httpGet: {path: /healthz, port: 8080}
  logs:
    image: docker.io/fluent/fluent-bit:3.1
    variables: {LEVEL: info}
service:
  ports:
    http: {port: 80, targetPort: 8080}
resources:
  db: {type: postgres}
  data: {type: volume}
  bus: {type: kafka-topic}
"""


@pytest.fixture
def shop(templates: Templates, repository: Path) -> Path:

    def make() -> None:
        (repository / "generator.yaml").write_text(SPEC)
        (repository / "score.yaml").write_text(SCORE)
        git(repository, "add", "-A")
        git(repository, "commit", "-qm", "A Score file")

    templates.fill("import", make)
    return repository


def test_a_score_file_becomes_an_app(shop: Path, generator: Run) -> None:
    done = generator("import", "score.yaml", "--generate", "-o", "json", cwd=shop)
    assert done.returncode == 0, done.stderr
    assert yaml.safe_load((shop / "generator.yaml").read_text())["apps"]["web"] == {
        "image": "ghcr.io/acme/web",
        "tag": "1.4.2",
        "command": ["python", "-m", "web"],
        "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}},
        "livenessProbe": {"httpGet": {"path": "/healthz", "port": 8080}},
        "config": {"NAME": "web", "LITERAL": "${HOME}"},
        "files": {"/etc/web/web.conf": {"content": "name=web\n"}},
        "sidecars": {"logs": {"image": "docker.io/fluent/fluent-bit:3.1", "env": {"LEVEL": "info"}}},
        "port": 8080,
        "service": {"port": 80},
    }
    assert "base/web/deployment.yaml" in files(shop)
    left = {f"{one['line']} {one['path']}": one["hint"] for one in json.loads(done.stdout)["left"]}
    assert list(left) == [
        "4 metadata.team",
        "12 containers.main.variables.DB_HOST",
        '16 containers.main.files."/etc/web/web.conf".mode',
        "17 containers.main.volumes",
        "30 resources.db",
        "31 resources.data",
        "32 resources.bus",
    ]
    assert "databases: {main: {engine: postgres}}" in left["30 resources.db"]


def test_what_is_built_here_is_said_beside(shop: Path, generator: Run) -> None:
    (shop / "score.yaml").write_text(SCORE.replace("ghcr.io/acme/web:1.4.2", "."))
    done = generator("import", "score.yaml", "--app", "shop", "--set", "source=src/web", cwd=shop)
    assert done.returncode == 0, done.stderr
    app = yaml.safe_load((shop / "generator.yaml").read_text())["apps"]["shop"]
    assert (app["image"], app["source"], app["config"]["NAME"]) == ("shop/shop", "src/web", "web")
    assert "score.yaml:7:5 containers.main.image: has no place in the app" in done.stderr


WRONG = {
    "no Score file": "kind: Deployment\n",
    "nothing": "",
    "two": f"{SCORE}---\n{SCORE}",
    "no containers": "apiVersion: score.dev/v1b1\nmetadata: {name: web}\n",
    "no YAML": "a: [\n",
    "a field that our language refuses": SCORE.replace("cpu: 100m", "cpu: many"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_imported_writes_nothing(name: str, shop: Path, generator: Run) -> None:
    (shop / "score.yaml").write_text(WRONG[name])
    before = files(shop)
    done = generator("import", "score.yaml", "--generate", cwd=shop)
    assert (done.returncode, files(shop)) == (1, before), done.stderr
    assert "hint" in done.stderr
    assert generator("import", "gone.yaml", cwd=shop).returncode == 1
