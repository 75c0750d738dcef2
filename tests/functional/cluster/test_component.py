"""Starting and stopping of daemons, with real processes: order, readiness, failure, adoption."""

from __future__ import annotations

import http.server
import socket
import sys
import threading
from pathlib import Path

import pytest

from generator.cluster import probe
from generator.cluster.component import Component, Step, bring_up, marked, stop
from generator.cluster.ports import free
from generator.cluster.state import State
from generator.errors import ClusterError
from testing.cluster import Note, new_state
from testing.servers import loopback as local_server
from testing.waiting import eventually

linux = pytest.mark.needs("linux")


@pytest.fixture
def state(tmp_path: Path) -> State:
    return new_state(tmp_path / "c")


def ready() -> bool:
    return True


def ended(state: State, name: str) -> bool:
    """Wait until a part's process has ended."""
    eventually(lambda: name in state.processes and not state.processes[name].alive)
    return True


def up(state: State, *parts: Component | Step | Note) -> list[str]:
    lines: list[str] = []
    bring_up(parts, state, lines.append)
    return lines


def test_parts_start_after_their_needs_and_otherwise_at_once(state: State) -> None:
    journal: list[str] = []
    both = threading.Barrier(2)  # each ends when the other has begun
    parts = [Note("c", journal, ("a", "b")), Note("a", journal, meets=both), Note("b", journal, meets=both)]
    up(state, *parts)
    assert sorted(journal[:2]) == ["begin a", "begin b"]
    assert journal[-2:] == ["begin c", "end c"]


def test_the_first_failure_ends_the_waiting_of_the_others(state: State) -> None:
    journal: list[str] = []
    slow = Note("slow", journal, endless=True)
    with pytest.raises(ClusterError, match="broken"):
        up(state, slow, Note("bad", journal, error=ClusterError("broken", "mend it")), Note("late", journal, ("bad",)))
    assert slow.cancelled
    assert "begin late" not in journal


def test_a_need_that_nobody_meets_is_our_bug(state: State) -> None:
    with pytest.raises(ValueError, match="late"):
        up(state, Note("late", [], ("missing",)))


def test_a_component_is_recorded_logged_and_not_started_twice(state: State) -> None:
    log = state.layout.log("sleeper")
    component = Component("sleeper", ["sh", "-c", "echo hello; exec sleep 60"], lambda: log.read_text() == "hello\n")
    lines = up(state, component)
    try:
        assert lines[0].startswith("sleeper: ")
        loaded = State.load(state.layout)
        assert loaded is not None
        first = loaded.processes["sleeper"]
        assert first.alive
        assert up(loaded, component) == []
        assert loaded.processes["sleeper"] == first
    finally:
        stop(state.processes)
    assert not first.alive
    assert log.read_text() == "hello\n"


def test_only_what_has_died_is_started_again(state: State) -> None:
    components = [Component(name, ["sleep", seconds], ready) for name, seconds in (("one", "60"), ("two", "61"))]
    try:
        up(state, *components)
        one, two = state.processes["one"], state.processes["two"]
        stop({"one": one})
        assert [line.partition(":")[0] for line in up(state, *components)] == ["one"]
        assert state.processes["two"] == two
        assert state.processes["one"] != one
    finally:
        stop(state.processes)


def test_a_component_that_ends_names_its_log_and_its_last_words(state: State) -> None:
    with pytest.raises(ClusterError) as raised:
        up(state, Component("broken", ["sh", "-c", "echo 'port in use'; exit 3"], lambda: False))
    assert raised.value.message == "broken has ended\n  port in use"
    assert str(state.layout.log("broken")) in raised.value.hint


def test_a_component_that_never_gets_ready(state: State) -> None:
    try:
        with pytest.raises(ClusterError, match=r"lazy is not ready after 0\.2 s"):
            up(state, Component("lazy", ["sleep", "60"], lambda: False, timeout=0.2))
        assert state.processes["lazy"].alive, "left for the next up, or for down"
    finally:
        stop(state.processes)


def test_a_program_that_is_not_there(state: State) -> None:
    with pytest.raises(ClusterError, match="cannot be started"):
        up(state, Component("absent", ["/nowhere/program"], ready))


def test_another_program_on_the_port_does_not_pass_for_the_component(state: State) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        answers = probe.tcp("127.0.0.1", other.getsockname()[1])
        with pytest.raises(ClusterError, match="has ended"):
            up(state, Component("late", ["sh", "-c", "exit 1"], lambda: ended(state, "late") and answers()))


def test_a_step_is_done_once_unless_a_reboot_undoes_it(state: State) -> None:
    journal: list[str] = []
    once = Step("once", lambda: journal.append("once"))
    always = Step("always", lambda: journal.append("always"), again=True)
    up(state, once, always)
    loaded = State.load(state.layout)
    assert loaded is not None
    assert up(loaded, once, always) == []
    assert sorted(journal) == ["always", "always", "once"]


def test_a_failed_step_is_done_again(state: State) -> None:
    def fail() -> None:
        raise ClusterError("not yet", "try again")

    with pytest.raises(ClusterError):
        up(state, Step("step", fail))
    assert up(state, Step("step", lambda: None))


def test_stop_kills_what_ignores_sigterm(state: State) -> None:
    stubborn = "import signal; signal.signal(15, signal.SIG_IGN); print('up', flush=True); [signal.pause() for _ in iter(int, 1)]"
    log = state.layout.log("stubborn")
    up(state, Component("stubborn", [sys.executable, "-c", stubborn], lambda: log.read_text() == "up\n"))
    stop(state.processes, grace=0.2)
    assert not state.processes["stubborn"].alive


@linux
def test_an_unrecorded_daemon_is_found_by_its_marker_and_adopted(state: State) -> None:
    # `up` was killed after it had started the daemon and before it had written that down.
    component = Component("orphan", ["sleep", "61"], ready)
    up(state, component)
    process = state.processes["orphan"]
    try:
        state.forget("orphan")
        # The marker is in its environment once the new process has become the program.
        eventually(lambda: process in marked(state.layout).values())
        up(state, component)
        assert state.processes["orphan"] == process
    finally:
        stop({"orphan": process})
    assert process not in marked(state.layout).values()


@linux
def test_another_clusters_daemons_are_not_ours(state: State, tmp_path: Path) -> None:
    other = new_state(tmp_path / "c2")
    up(other, Component("theirs", ["sleep", "60"], ready))
    try:
        assert other.processes["theirs"] not in marked(state.layout).values()
    finally:
        stop(other.processes)


def test_ports_are_free_and_different() -> None:
    names = [f"p{number}" for number in range(40)]
    ports = free(names)
    assert len(set(ports.values())) == 40
    with socket.create_server(("127.0.0.1", ports["p0"])):
        pass


class Folder(local_server.Handler, http.server.SimpleHTTPRequestHandler):
    """The files of this folder."""


def test_readiness_over_http(tmp_path: Path) -> None:
    with local_server.Server(Folder) as server:
        assert probe.http(f"{server.url}/")()
        assert not probe.http(f"{server.url}/nowhere")()
        assert probe.http(f"{server.url}/nowhere", accept=frozenset({404}))()
    with pytest.raises(OSError, match="refused"):
        probe.http(f"{server.url}/")()
    assert not probe.http("https://127.0.0.1:1/", ca=tmp_path / "not-made-yet.crt")()
