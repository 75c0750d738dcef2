"""The docker shim, as far as it goes without buildah: names, and refusal of what it does not understand."""

from __future__ import annotations

import subprocess

import pytest

from tests.e2e import docker_shim


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("python", "docker.io/library/python:latest"),
        ("python:3.11-slim", "docker.io/library/python:3.11-slim"),
        ("shop/web:1", "docker.io/shop/web:1"),
        ("127.0.0.1:5000/shop/web", "127.0.0.1:5000/shop/web:latest"),
        ("localhost/web:1", "localhost/web:1"),
        ("r.example/web@sha256:00", "r.example/web@sha256:00"),
    ],
)
def test_names_are_completed_as_docker_does(name, full):
    assert docker_shim.qualified(name) == full


def test_parts():
    assert docker_shim.parts("127.0.0.1:5000/shop/web:1-ab") == ("127.0.0.1:5000", "shop/web", "1-ab")


def test_build_arguments_are_expanded_where_docker_expands_them():
    before = (
        "FROM python AS build\nENV EARLY=$V\nARG V\nENV A=$V B=${V} \\\n    C=\\$V D=$OTHER\n"
        "# ENV X=$V\nRUN echo $V\nCMD echo $V\nLABEL v=$V\n"
    )
    after = (
        "FROM python AS build\nENV EARLY=$V\nARG V\nENV A=1 B=1 \\\n    C=\\$V D=$OTHER\n"
        "# ENV X=$V\nRUN echo $V\nCMD echo $V\nLABEL v=1\n"
    )
    assert docker_shim.expanded(before, {"V": "1"}) == after


@pytest.mark.parametrize("argv", [["run", "x"], ["build", "--squash", "."], ["build", "--tag"], ["login", "r"]])
def test_what_is_not_understood_is_a_usage_error(argv):
    with pytest.raises(SystemExit, match="2"):
        docker_shim.main(argv)


def test_push_without_login_is_refused_before_anything_is_sent(tmp_path):
    config = docker_shim.Config(str(tmp_path / "storage"), str(tmp_path / "state"), "127.0.0.1:1", "http://127.0.0.1:1")
    shim = docker_shim.install(tmp_path / "bin", config)
    done = subprocess.run(
        [str(shim), "push", "127.0.0.1:1/shop/web:1"],
        env={"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "no basic auth credentials" in done.stderr
