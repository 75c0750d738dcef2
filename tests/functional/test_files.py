"""Files of an app: copied from the repository or written in the spec, mounted, and merged with hand edits."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from testing.programs import Run, tool
from testing.templates import Templates

SPEC = """\
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
environments: {dev: {}, prod: {}}
apps:
  web:
    image: shop/web
    files:
      /etc/web/web.conf: conf/web.conf
      /etc/web/site.txt: {content: "in {environment}"}
    environments:
      prod: {files: {/etc/web/web.conf: {content: "workers: 9"}}}
"""
# What could be taken for a part of the record, and has no line at its end.
ODD = "-- base/web/x --\n== y ==\n~~ z ~~\n {environment}\r\n\nno end"
COPY = "base/web/files/etc_web_web.conf"


@pytest.fixture
def shop(templates: Templates, repository: Path, generator: Run) -> Path:

    def make() -> None:
        (repository / "generator.yaml").write_text(SPEC)
        (repository / "conf").mkdir()
        (repository / "conf/web.conf").write_bytes(ODD.encode())
        assert generator(cwd=repository).returncode == 0

    templates.fill("files", make)
    return repository


def test_a_file_is_copied_byte_for_byte_and_found_again(shop: Path, generator: Run) -> None:
    assert (shop / COPY).read_bytes() == ODD.encode()
    assert (shop / "overlays/prod/web/files/etc_web_web.conf").read_text() == "workers: 9"
    assert (shop / "overlays/prod/web/files/etc_web_site.txt").read_text() == "in prod"
    again = generator(cwd=shop)
    assert (again.returncode, "nothing to do" in again.stdout) == (0, True)
    assert generator("check", cwd=shop).returncode == 0


def test_a_change_of_the_file_is_a_change_of_the_app(shop: Path, generator: Run) -> None:
    (shop / "conf/web.conf").write_text("workers: 4\n")
    assert generator("check", cwd=shop).returncode == 1
    assert generator(cwd=shop).returncode == 0
    assert (shop / COPY).read_text() == "workers: 4\n"


def test_a_hand_edit_of_the_copy_is_kept_and_can_conflict(shop: Path, generator: Run) -> None:
    (shop / "conf/web.conf").write_text("a\nb\nc\nd\ne\n")
    assert generator(cwd=shop).returncode == 0
    (shop / COPY).write_text("a\nb\nc\nd\nmine\n")
    (shop / "conf/web.conf").write_text("new\nb\nc\nd\ne\n")
    assert generator(cwd=shop).returncode == 0
    assert (shop / COPY).read_text() == "new\nb\nc\nd\nmine\n"
    (shop / "conf/web.conf").write_text("new\nb\nc\nd\nother\n")
    assert generator(cwd=shop).returncode == 4
    assert (shop / COPY).read_text() == "new\nb\nc\nd\nmine\n"


def test_a_hand_edit_follows_an_app_that_is_renamed(shop: Path, generator: Run) -> None:
    (shop / COPY).write_text("mine\n")
    (shop / "generator.yaml").write_text(SPEC.replace("  web:\n", "  site:\n    renamedFrom: web\n"))
    assert generator(cwd=shop).returncode == 0
    assert (shop / "base/site/files/etc_web_web.conf").read_text() == "mine\n"


def test_the_pods_mount_it_and_restart_with_it(shop: Path, generator: Run) -> None:
    kustomize = tool("kustomize")

    def built() -> tuple[str, dict[str, str], list[dict[str, object]]]:
        done = subprocess.run(
            [kustomize, "build", shop / "overlays/prod/web"], capture_output=True, text=True, check=True
        )
        objects = {one["kind"]: one for one in yaml.safe_load_all(done.stdout)}
        pod = objects["Deployment"]["spec"]["template"]["spec"]
        (volume,) = (one for one in pod["volumes"] if one["name"] == "files")
        assert volume["configMap"]["name"] == objects["ConfigMap"]["metadata"]["name"]
        return volume["configMap"]["name"], objects["ConfigMap"]["data"], pod["containers"][0]["volumeMounts"]

    before, data, mounts = built()
    assert data == {"etc_web_web.conf": "workers: 9", "etc_web_site.txt": "in prod"}
    assert {
        "name": "files",
        "mountPath": "/etc/web/web.conf",
        "subPath": "etc_web_web.conf",
        "readOnly": True,
    } in mounts
    (shop / "generator.yaml").write_text(SPEC.replace("workers: 9", "workers: 10"))
    assert generator(cwd=shop).returncode == 0
    assert built()[0] != before
    validated = generator("validate", cwd=shop)
    assert validated.returncode == 0, validated.stdout


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, 'there is no conf/web.conf\n  hint: did you mean "web.cnf"?'),
        (b"\xff", "conf/web.conf is not UTF-8"),
        (b"a\n<<<<<<< ours\n", "conf/web.conf has a conflict marker of git"),
        (b"x" * 1_048_577, "conf/web.conf has 1,048,577 bytes"),
    ],
)
def test_a_file_that_cannot_be_one_is_told_where_it_is_named(
    content: bytes | None, said: str, shop: Path, generator: Run
) -> None:
    (shop / "conf/web.conf").rename(shop / "conf/web.cnf")
    if content is not None:
        (shop / "conf/web.conf").write_bytes(content)
    done = generator(cwd=shop)
    assert done.returncode == 1
    assert f'generator.yaml:9:26 apps.web.files."/etc/web/web.conf": {said}' in done.stderr


def test_a_link_is_not_followed(shop: Path, generator: Run, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cr3t")
    (shop / "conf/web.conf").unlink()
    (shop / "conf/web.conf").symlink_to(tmp_path / "secret")
    done = generator(cwd=shop)
    assert (done.returncode, "a symbolic link" in done.stderr) == (1, True)
    assert "s3cr3t" not in (shop / COPY).read_text()


def test_a_file_is_promoted_with_the_base(repository: Path, generator: Run) -> None:
    (repository / "generator.yaml").write_text(SPEC.replace("apps:\n", "promotion: {base: true}\napps:\n"))
    (repository / "conf").mkdir()
    for text in (ODD, "workers: 4\n"):
        (repository / "conf/web.conf").write_bytes(text.encode())
        assert generator(cwd=repository).returncode == 0
    assert (repository / COPY).read_text() == "workers: 4\n"
    assert (repository / "overlays/prod/web/base/files/etc_web_web.conf").read_bytes() == ODD.encode()
