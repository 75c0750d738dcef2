"""Tokens go to hosts that the user, the checkout or the CI names, and to nobody whom only the spec names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.clients import forges
from generator.clients.forges import github_token
from generator.errors import ForgeError, RepositoryError
from generator.git import bare_repository, hosts, named_hosts, trusted_hosts
from testing.programs import Run
from testing.repository import generate_for_remote, git
from testing.servers import git_http as serve

TOKEN = "s3cr3t-t0k3n"


@pytest.fixture(autouse=True)
def nobody_is_named(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv(trusted_hosts.VARIABLE)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.chdir(tmp_path)
    with named_hosts.naming(tmp_path):
        yield


COMMANDS = {
    "bump": ["bump", "web", "--env", "dev", "--tag", "v1", "--push"],
    "promote": ["promote", "web", "--from", "dev", "--to", "staging"],
    "rollback": ["rollback", "web", "--env", "dev", "--push"],
}


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_a_spec_alone_gets_no_token(repository: Path, generator: Run, command: str) -> None:
    bare = generate_for_remote(repository, generator)
    spec = repository / "generator.yaml"
    spec.write_text(spec.read_text().replace(str(bare), "https://git.evil.invalid/acme/shop.git"))
    environment = {"GIT_TOKEN": serve.TOKEN, "GIT_USERNAME": serve.USER}
    done = generator(*COMMANDS[command], cwd=repository, env=environment)
    assert done.returncode == 1
    assert "GIT_TOKEN is not sent to git.evil.invalid: neither `origin` nor the environment names it" in done.stderr
    assert "GITOPS_GENERATOR_HOSTS=git.evil.invalid" in done.stderr
    # Once somebody names it, it is asked, and is not there.
    named = generator(
        *COMMANDS[command], cwd=repository, env=environment | {trusted_hosts.VARIABLE: "git.evil.invalid"}
    )
    assert named.returncode == 1
    assert "is not sent to" not in named.stderr
    git(repository, "remote", "add", "origin", "https://git.evil.invalid/acme/shop.git")
    assert "is not sent to" not in generator(*COMMANDS[command], cwd=repository, env=environment).stderr


def test_a_token_may_go_to_this_machine(repository: Path, generator: Run, tmp_path: Path) -> None:
    bare = generate_for_remote(repository, generator)
    git(tmp_path, "clone", "-q", "--bare", repository, bare)
    with serve.Server(bare.parent) as server:
        spec = repository / "generator.yaml"
        spec.write_text(spec.read_text().replace(str(bare), f"{server.url}/{bare.name}"))
        environment = {"GIT_TOKEN": serve.TOKEN, "GIT_USERNAME": serve.USER}
        assert generator(*COMMANDS["bump"], cwd=repository, env=environment).returncode == 0
        assert server.logins


NAMED = {
    "https://git.example.com/acme/shop": "git.example.com",
    "HTTPS://Git.Example.COM:8443/acme/shop": "git.example.com",
    "https://user:pass@git.example.com/acme/shop": "git.example.com",
    "ssh://git@git.example.com:2222/acme/shop": "git.example.com",
    "ssh://git@ssh.github.com:443/acme/shop": "github.com",
    "git@git.example.com:acme/shop.git": "git.example.com",
    "https://[::1]:8080/acme/shop": "[::1]",
    # Where two readers of URLs may see two hosts, there is none.
    "https://git.example.com\\@evil.example/acme/shop": "",
    "https://evil.example\\git.example.com/shop": "",
    "https://git.example.com@evil.example/acme/shop": "evil.example",
    "https://git.example.com#@evil.example/acme/shop": "git.example.com",
    "https://git.example.com\n.evil.example/shop": "",
    "https://git.example.com .evil.example/shop": "",
    "/srv/git/shop.git": "",
    "file:///srv/git/shop.git": "",
}


@pytest.mark.parametrize(("url", "host"), NAMED.items())
def test_the_host_of_a_url(url: str, host: str) -> None:
    assert hosts.of(url) == host


VARIABLES = {
    "GITHUB_SERVER_URL": "https://git.example.com",
    "CI_SERVER_URL": "https://git.example.com:8443",
    "CODEBUILD_SOURCE_REPO_URL": "https://git.example.com/acme/web.git",
    trusted_hosts.VARIABLE: "other.example.com, git.example.com",
}


@pytest.mark.parametrize(("name", "value"), VARIABLES.items())
def test_what_names_a_host(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    url = "https://git.example.com/acme/shop.git"
    with pytest.raises(RepositoryError, match=r"GIT_TOKEN is not sent to git\.example\.com"):
        trusted_hosts.require(url, "GIT_TOKEN")
    monkeypatch.setenv(name, value)
    trusted_hosts.require(url, "GIT_TOKEN")
    for wrong in ("https://git.example.com.evil.example/acme/shop", "https://evil.example/git.example.com", "https://example.com/x"):  # fmt: skip
        with pytest.raises(RepositoryError, match="is not sent to"):
            trusted_hosts.require(wrong, "GIT_TOKEN")
    for bare in ("http://git.example.com/acme/shop.git", "http://127.0.0.1.evil.example/x"):
        with pytest.raises(RepositoryError, match="unencrypted"):
            trusted_hosts.require(bare, "GIT_TOKEN")


def test_a_remote_by_ssh_names_its_host(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, "remote", "add", "origin", "git@git.example.com:acme/shop.git")
    trusted_hosts.require("https://git.example.com/acme/shop.git", "GIT_TOKEN")
    git(tmp_path, "remote", "set-url", "origin", "https://ssh.github.com/acme/shop.git")
    trusted_hosts.require("https://github.com/acme/shop.git", "GIT_TOKEN")


FORGES = {
    "github": ("GITHUB_TOKEN", "https://github.example.com/acme/shop"),
    "gitlab": ("GITLAB_TOKEN", "https://gitlab.example.com/acme/shop"),
    "gitea": ("GITEA_TOKEN", "https://gitea.example.com/acme/shop"),
}


@pytest.mark.parametrize(("kind", "variable", "url"), [(kind, *rest) for kind, rest in FORGES.items()])
def test_no_forge_gets_a_token_by_the_spec_alone(
    kind: str, variable: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, TOKEN)
    with pytest.raises(ForgeError, match=rf"{variable} is not sent to {kind}\.example\.com"):
        forges.connect(url)
    monkeypatch.setenv(trusted_hosts.VARIABLE, f"{kind}.example.com")
    forges.connect(url)
    # `forge: {url: …}` is the spec's as well.
    with pytest.raises(ForgeError, match=rf"{variable} is not sent to evil\.example"):
        forges.connect(url, kind, "https://evil.example")
    with pytest.raises(ForgeError, match="unencrypted"):
        forges.connect(url.replace("https", "http"), kind)


def test_no_app_logs_in_by_the_spec_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_APP_ID", "1")
    monkeypatch.setenv("GITHUB_APP_PRIVATE_KEY", "x")
    with pytest.raises(ForgeError, match=r"GITHUB_APP_\w+ is not sent to github\.evil\.example"):
        github_token.token("https://github.evil.example/acme/shop")


@pytest.mark.parametrize("api", ["https://evil.example", "https://codecommit.amazonaws.com.evil.example"])
def test_aws_signs_nothing_for_others(api: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    with pytest.raises(ForgeError, match="AWS_SECRET_ACCESS_KEY is not sent to"):
        forges.connect("https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/shop", api=api)


ALIKE = [
    "https://github.com.evil.example/acme/shop", "https://gitlab.com.evil.example/acme/shop", "https://gitlab.evil/acme/shop",
    "https://github.evil/acme/shop", "https://notgithub.com/acme/shop", "https://codeberg.org.evil.example/acme/shop",
    "https://evil.example/github.com/shop", "https://git-codecommit.evil.example/.amazonaws.com/shop",
    "https://x.ghe.com.evil.example/acme/shop", "https://github.com\\@evil.example/acme/shop",
]  # fmt: skip


@pytest.mark.parametrize("url", ALIKE)
def test_look_alikes_are_no_forge_of_that_kind(url: str) -> None:
    with pytest.raises(ForgeError, match="which forge this is cannot be told"):
        forges.kind_of(url)


def test_a_password_of_the_url_itself_needs_no_other_name(tmp_path: Path) -> None:
    made = bare_repository.Scratch("https://ci:pw@git.example.com/acme/shop", tmp_path, 5, partial=False)
    assert made.secret == "pw"
