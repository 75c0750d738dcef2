"""Start the cluster, report on it, remove it."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from generator import tools
from generator.cluster import (
    argocd,
    control_plane,
    external_secrets,
    gitea,
    host_programs,
    kwok,
    node_lock,
    node_removal,
    real_node,
)
from generator.cluster.component import Step, bring_up, marked, stop
from generator.cluster.layout import Layout, remove_tree
from generator.cluster.network import Network, choose_subnet
from generator.cluster.ports import free
from generator.cluster.state import State, broken, lock
from generator.errors import ClusterError

if TYPE_CHECKING:
    from generator.cluster.component import Echo, Part
    from generator.cluster.gitea import Gitea
    from generator.cluster.state import NodeKind

COMPLETE = "complete"
"""The step that needs all others."""
UP_HINT = "run: python -m generator local up"
DOWN_HINT = "run: python -m generator local down"


@dataclass(frozen=True, slots=True)
class ComponentStatus:
    """The state of a daemon: its process id (None if it does not run), its port (None if it has none) and its log."""

    name: str
    pid: int | None
    port: int | None
    log: Path


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running cluster: its URLs and credentials. Its ``repr`` does not contain secrets."""

    directory: Path
    node: NodeKind
    kubeconfig: Path
    argocd_url: str
    argocd_user: str
    argocd_password: str = field(repr=False)
    gitea_url: str
    gitea_user: str
    gitea_password: str = field(repr=False)
    gitea_token: str = field(repr=False)
    registry: str | None
    logs: Path
    components: tuple[ComponentStatus, ...]

    def kubectl(self, *arguments: str | Path, stdin: str | None = None, timeout: float = 60) -> str:
        """Run kubectl as the cluster's administrator and return its output. Raise ProcessError if it fails."""
        return control_plane.kubectl(_existing(Layout.of(self.directory)), *arguments, stdin=stdin, timeout=timeout)

    @property
    def gitea(self) -> Gitea:
        """Return the forge's API, as its administrator."""
        return gitea.client(_existing(Layout.of(self.directory)))

    def argocd_token(self) -> str:
        """Return a bearer token for Argo CD's API, valid for a day."""
        return argocd.login(self.argocd_url, self.argocd_password)


@dataclass(frozen=True, slots=True)
class Status:
    """The state of the cluster in a directory; ``cluster`` is None if no ``up`` has completed there."""

    directory: Path
    up: bool
    components: tuple[ComponentStatus, ...]
    cluster: Cluster | None

    @property
    def dead(self) -> tuple[str, ...]:
        """Return the names of the components that should run, but do not."""
        return tuple(component.name for component in self.components if component.pid is None)


def up(directory: Path, *, echo: Echo, node: NodeKind | None = None) -> Cluster:
    """Start all parts that do not run yet, and wait until all are ready.

    Args:
        directory: The directory of the cluster's state.
        echo: Called with a line for each started part.
        node: The kind of node; by default that of the running cluster, else a real node for root, and KWOK for others.

    Raises:
        ClusterError: A part does not start. Started parts keep running, for the next ``up`` or ``down``.
        ToolError: Programs are not installed.
    """
    layout = Layout.of(directory)
    with lock(layout):
        state = State.load(layout)
        kind: NodeKind = state.node if state else node or ("real" if os.geteuid() == 0 else "kwok")
        host_programs.require(host_programs.EVERYWHERE)
        tools.require(tools.local_group(real=kind == "real"))
        if kind == "real":
            real_node.require()
            node_lock.take(layout)
        state = state or _new(layout, kind)
        if node not in (None, state.node):
            raise ClusterError(f"{layout.directory}: the cluster there has a {state.node} node", DOWN_HINT)
        begin = time.monotonic()
        bring_up(_parts(state), state, echo)
        echo(f"up: {time.monotonic() - begin:.1f} s")
        return _cluster(state)


def load(directory: Path) -> Cluster:
    """Return the cluster of a state directory. Raise ClusterError unless all components run."""
    found = status(directory)
    if found.cluster is None:
        raise ClusterError(f"{found.directory}: no local cluster runs", UP_HINT)
    if found.dead:
        raise ClusterError(f"{found.directory}: not running: {', '.join(found.dead)}", UP_HINT)
    return found.cluster


def status(directory: Path) -> Status:
    """Return the state of all components, without changing any of them."""
    layout = Layout.of(directory)
    state = State.load(layout)
    if state is None:
        return Status(layout.directory, False, (), None)
    components = _components(state)
    complete = COMPLETE in state.done
    running = all(component.pid is not None for component in components)
    try:
        found = _cluster(state) if complete else None
    except KeyError as exc:
        raise broken(layout, f"it lacks {exc}") from exc
    return Status(layout.directory, complete and running, components, found)


def down(directory: Path, *, echo: Echo) -> None:
    """Stop and remove everything: processes, mounts, interfaces, rules, files.

    This also works after ``up`` was killed, and if there is no cluster.
    """
    layout = Layout.of(directory)
    if not layout.directory.exists():
        echo("no local cluster is here: nothing to remove")
        return
    begin = time.monotonic()
    with lock(layout):
        state = State.load(layout)
        if os.geteuid() == 0:
            node_removal.remove(layout, state)
        recorded = dict(reversed(state.processes.items())) if state else {}
        stop({**marked(layout), **recorded})
        for path in {layout.open_data, layout.directory}:
            remove_tree(path)
        echo(f"down: {time.monotonic() - begin:.1f} s")


def _new(layout: Layout, kind: NodeKind) -> State:
    layout.create()
    ports = [*control_plane.PORTS, *argocd.PORTS, *gitea.PORTS, *(real_node.PORTS if kind == "real" else kwok.PORTS)]
    state = State(layout, kind, free(ports), argocd.new_secrets(), subnet=choose_subnet())
    state.save()
    return state


def _parts(state: State) -> Sequence[Part]:
    network = Network(state.subnet, state.node)
    nodes = real_node if state.node == "real" else kwok
    parts: list[Part] = [
        *control_plane.parts(state, network),
        *argocd.parts(state),
        *gitea.parts(state),
        *external_secrets.parts(state),
        *nodes.parts(state, network),
    ]
    return [*parts, Step(COMPLETE, lambda: None, tuple(part.name for part in parts))]


def _components(state: State) -> tuple[ComponentStatus, ...]:
    return tuple(
        ComponentStatus(name, process.pid if process.alive else None, state.ports.get(name), state.layout.log(name))
        for name, process in sorted(state.processes.items())
    )


def _cluster(state: State) -> Cluster:
    layout = state.layout
    return Cluster(
        directory=layout.directory,
        node=state.node,
        kubeconfig=layout.kubeconfig,
        argocd_url=argocd.url(state),
        argocd_user=argocd.USER,
        argocd_password=state.secrets["argocd_password"],
        gitea_url=gitea.url(state),
        gitea_user=state.secrets["gitea_user"],
        gitea_password=state.secrets["gitea_password"],
        gitea_token=state.secrets["gitea_token"],
        registry=f"127.0.0.1:{state.ports['registry']}" if "registry" in state.ports else None,
        logs=layout.logs,
        components=_components(state),
    )


def _existing(layout: Layout) -> State:
    state = State.load(layout)
    if state is None:
        raise ClusterError(f"{layout.directory}: no local cluster runs", UP_HINT)
    return state
