"""The environment of the cluster's programs: what they get of the caller's, and real ones under a caller's worst."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from generator.cluster import argocd, control_plane, environment, gitea
from generator.cluster.component import Component, Part, bring_up, stop
from generator.cluster.layout import Layout, remove_tree
from generator.cluster.network import Network
from generator.cluster.ports import free
from generator.cluster.registry import registry
from generator.cluster.state import State
from generator.errors import ClusterError
from testing.cluster import HOSTILE, hostile_caller, new_state
from testing.programs import tool
from testing.repository import git

CALLER = {**HOSTILE, "PATH": "bin::/opt/own/bin:/usr/bin:./x", "NO_PROXY": "intra.example.com"}


def test_nothing_of_the_caller_comes_through_but_the_way_out() -> None:
    assert environment.daemon(Path("/data/home"), "10.96.0.0/16", caller=CALLER) == {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/own/bin",
        "HOME": "/data/home",
        "LANG": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "HTTP_PROXY": "http://127.0.0.1:1",
        "HTTPS_PROXY": "http://127.0.0.1:1",
        "ALL_PROXY": "http://127.0.0.1:1",
        "http_proxy": "http://127.0.0.1:1",
        "https_proxy": "http://127.0.0.1:1",
        "all_proxy": "http://127.0.0.1:1",
        "NO_PROXY": "intra.example.com,127.0.0.1,localhost,.svc,.cluster.local,10.96.0.0/16",
        "no_proxy": "intra.example.com,127.0.0.1,localhost,.svc,.cluster.local,10.96.0.0/16",
        "SSL_CERT_FILE": "/nowhere",
    }


def test_a_program_that_does_one_thing_gets_less_and_is_found_where_the_caller_has_it() -> None:
    assert environment.basic(CALLER) == {
        "PATH": "/opt/own/bin:/usr/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/sbin:/bin",
        "HOME": "/",
        "LANG": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
    }


def test_a_caller_without_anything_will_do() -> None:
    assert environment.basic({})["PATH"] == "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    assert environment.daemon(Path("/h"), caller={})["NO_PROXY"] == "127.0.0.1,localhost,.svc,.cluster.local"


@pytest.fixture
def state() -> Iterator[State]:
    """Yield a cluster of which parts are started; a short folder, for there may be sockets in it."""
    folder = Path(tempfile.mkdtemp(prefix="gg-"))
    state = new_state(folder / "c")
    state.ports.update(free([*control_plane.PORTS, *gitea.PORTS, *argocd.PORTS, "registry"]))
    state.secrets.update(argocd.new_secrets())
    state.subnet = "10.190.0.0/16"
    try:
        yield state
    finally:
        stop(state.processes)
        remove_tree(Layout(state.layout.directory).open_data)
        shutil.rmtree(folder)


def start(state: State, parts: list[Part], folder: Path) -> None:
    with hostile_caller(folder):
        bring_up(parts, state, lambda _: None)


def components(parts: list[Part], *names: str) -> list[Part]:
    found = [part for part in parts if part.name in names]
    assert len(found) == len(names)
    return found


def test_gitea_starts_and_takes_a_push_whatever_the_caller_has_set(state: State, tmp_path: Path) -> None:
    tool("gitea")
    state.layout.open_data.mkdir(exist_ok=True)
    start(state, gitea.parts(state), tmp_path)
    url = gitea.client(state).create_repository("shop")
    work = tmp_path / "work"
    git(tmp_path, "init", "--quiet", str(work))
    git(work, "commit", "--quiet", "--allow-empty", "--message", "first")
    token = state.secrets["gitea_token"]
    git(work, "push", "--quiet", url.replace("://", f"://{state.secrets['gitea_user']}:{token}@"), "HEAD:main")
    heads = git(work, "ls-remote", url.replace("://", f"://{state.secrets['gitea_user']}:{token}@"), "main")
    assert heads.split()[0] == git(work, "rev-parse", "HEAD").strip()


@pytest.mark.full
def test_etcd_and_the_api_server_start_whatever_the_caller_has_set(state: State, tmp_path: Path) -> None:
    tool("etcd")
    tool("kube-apiserver")
    tool("kubectl")
    parts = control_plane.parts(state, Network(state.subnet, state.node))
    start(state, components(parts, "certificates", "etcd", "kube-apiserver"), tmp_path)
    with hostile_caller(tmp_path / "work"):
        assert control_plane.kubectl(state, "get", "namespace", "default", "--output", "name") == "namespace/default\n"


def test_redis_and_the_registry_start_whatever_the_caller_has_set(state: State, tmp_path: Path) -> None:
    tool("crane")
    parts = [*components(argocd.parts(state), "redis"), registry(state)]
    start(state, parts, tmp_path)
    assert {name for name, process in state.processes.items() if process.alive} == {"redis", "registry"}


def test_the_callers_environment_would_have_stopped_them(state: State, tmp_path: Path) -> None:
    tool("crane")
    part = registry(state)
    assert isinstance(part, Component)
    with hostile_caller(tmp_path):
        careless = replace(part, env=dict(os.environ))
    with pytest.raises(ClusterError, match="registry has ended"):
        bring_up([careless], state, lambda _: None)
