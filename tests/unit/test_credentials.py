"""Credentials are a value of one call: two users of one process never get each other's, nor the process's own."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from generator import credentials
from generator.clients import argocd, forges
from generator.clients.aws import session
from generator.credentials import Credentials, using
from generator.errors import ForgeError
from generator.git import bare_repository, named_hosts


def test_a_name_that_is_none_is_an_error() -> None:
    with pytest.raises(TypeError, match="GIT_TOKNE: no name of a credential"):
        Credentials(GIT_TOKNE="x")


def test_no_value_is_ever_shown() -> None:
    assert repr(Credentials(GIT_TOKEN="s3cr3t", GIT_USERNAME="ada")) == "Credentials(GIT_TOKEN, GIT_USERNAME)"


def test_two_threads_have_each_their_own(tmp_path: Path) -> None:
    together = Barrier(2)

    def secret(user: str) -> tuple[str | None, str]:
        given = Credentials(GIT_TOKEN=f"of-{user}", GIT_USERNAME=user)
        with using(given), named_hosts.naming(tmp_path, "https://git.example.com/acme/shop.git"):
            together.wait()
            with bare_repository.make("https://git.example.com/acme/shop.git", 5, partial=True) as made:
                together.wait()
                return made.secret, made.env["GIT_USERNAME"]

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(secret, ("ada", "bob"))) == [("of-ada", "ada"), ("of-bob", "bob")]
    with using(credentials.NONE):
        assert credentials.get("GIT_TOKEN") == ""


@pytest.fixture
def server_with_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a process that has credentials of its own."""
    for name in credentials.NAMES:
        monkeypatch.setenv(name, "of-the-server")
    monkeypatch.setenv("ARGOCD_SERVER", "argocd.example.com")


@pytest.mark.usefixtures("server_with_secrets")
def test_what_is_not_given_is_not_taken_from_the_process(tmp_path: Path) -> None:
    helper = tmp_path / "helper"
    helper.write_text("#!/bin/sh\necho username=server; echo password=of-the-server\n")
    helper.chmod(0o755)
    subprocess.run(["git", "config", "--global", "credential.helper", str(helper)], check=True)
    with using(credentials.NONE), bare_repository.make("https://git.example.com/acme/shop", 5, partial=True) as made:
        assert made.secret is None
        assert not any("of-the-server" in value for name, value in made.env.items() if name.startswith("GIT_"))
        asked = subprocess.run(
            ["git", "credential", "fill"], env=made.env, input="protocol=https\nhost=git.example.com\n\n",
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert "of-the-server" not in asked.stdout
        assert argocd.connect() is None
        with pytest.raises(ForgeError, match="no credentials for the forge"):
            forges.connect("https://127.0.0.1/acme/shop", "gitea")
        with pytest.raises(ForgeError, match="no AWS credentials"):
            session.client("sns", "eu-west-1")


@pytest.mark.usefixtures("server_with_secrets")
def test_the_command_line_takes_them_from_the_environment() -> None:
    with using(Credentials.from_environment()):
        assert credentials.get("GIT_TOKEN") == "of-the-server"
        assert credentials.are_ambient()
    given = Credentials.from_environment({"GIT_TOKEN": "mine", "PATH": "/bin"})
    assert repr(given) == "Credentials(GIT_TOKEN)"


def test_only_credentials_and_machine_settings_are_read_from_the_environment() -> None:
    # What reads the environment, and why; a new one needs a reason.
    here = Path(__file__).parents[2] / "generator"
    found = {str(path.relative_to(here)) for path in here.rglob("*.py") if "os.environ" in path.read_text()}
    assert found == READERS.keys()


READERS = {
    "clients/aws/session.py": "the region, which is no credential",
    "cli/board_server.py": "this shell's variables go on to the board, a program of its own",
    "credentials.py": "credentials, for the command line and scripts",
    "clients/forges/access.py": "the certificates that this machine trusts",
    "cli/console.py": "colours",
    "cli/pager.py": "the pager of who reads",
    "cli/commands/bump.py": "the build that runs us",
    "cli/commands/changed.py": "the build that runs us",
    "cluster/environment.py": "the environment of the local cluster's programs",
    "cluster/layout.py": "where this machine keeps state",
    "git/plumbing.py": "git's own environment",
    "manifests/charts/archive.py": "where Helm's plugins lie on this machine",
    "manifests/kustomize.py": "PATH and proxies",
    "process.py": "the environment of programs",
    "tools/cache.py": "where this machine keeps caches",
    "tools/gomodule.py": "the home folder",
    "tools/lookup.py": "PATH",
    "tools/release.py": "a mirror of downloads",
}
