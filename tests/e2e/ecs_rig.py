"""ECS on this machine: ministack plays AWS, and starts real containers through podman.

What is real: images, containers, their addresses, logs and exit codes, and all of our own commands. What is ministack's:
the rules of services, deployments and the circuit breaker. It looks at no enumeration and at no pair of CPU and memory
(the rules over task definitions do), ignores `entryPoint`, `tmpfs` and `readonlyRootFilesystem`, and has no
list of service deployments.

All state is in the folder of the rig, which is also the mark of what it has started: podman's storage, conmon's and
runc's state lie in it, and the containers of no other podman do.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator.process import Setting, run, spawn
from testing.waiting import PATIENCE, eventually
from tests.e2e.process import Failed, free_port, stop

REGION = "eu-west-1"
ACCOUNT = "123456789012"
# As ministack has it, the key is the account.
CREDENTIALS = {"AWS_ACCESS_KEY_ID": ACCOUNT, "AWS_SECRET_ACCESS_KEY": "testing"}
# A container of this machine may have no more.
CONTAINERS = """\
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
"""


@dataclass
class Rig:
    """podman and ministack; ``endpoint`` is AWS."""

    folder: Path
    pids: list[int] = field(default_factory=list)
    endpoint: str = ""

    def start(self) -> None:
        """Start both, from nothing."""
        (self.folder / "containers.conf").write_text(CONTAINERS)
        socket = self.folder / "podman.sock"
        log = self.folder / "podman.log"
        words = [*self._podman, "system", "service", "--time", "0", f"unix://{socket}"]
        self.pids.append(spawn(words, log=log, setting=Setting(env=self._environment)))
        eventually(socket.exists, log.read_text)
        port = free_port()
        self.endpoint = f"http://127.0.0.1:{port}"
        env = {
            "DOCKER_HOST": f"unix://{socket}", "GATEWAY_PORT": str(port), "MINISTACK_REGION": REGION,
            "MINISTACK_HOST": "127.0.0.1", "HOME": str(self.folder), "ECS_REAP_INTERVAL_SECONDS": "5",
        }  # fmt: skip
        log = self.folder / "ministack.log"
        argv = [Path(sys.executable).parent / "ministack"]
        self.pids.append(spawn(argv, log=log, setting=Setting(self.folder, env=env)))
        eventually(self._answers, log.read_text)

    def _answers(self) -> bool:
        with suppress(OSError), urllib.request.urlopen(f"{self.endpoint}/_ministack/health", timeout=PATIENCE):
            return True
        return False

    @property
    def _podman(self) -> list[str]:
        here = str(self.folder)
        return ["podman", "--root", f"{here}/storage", "--runroot", f"{here}/run", "--tmpdir", f"{here}/tmp"]

    @property
    def _environment(self) -> dict[str, str]:
        return {"CONTAINERS_CONF": str(self.folder / "containers.conf"), "HOME": str(self.folder)}

    @property
    def environment(self) -> dict[str, str]:
        """Return what points AWS' tools at it."""
        return {"AWS_ENDPOINT_URL": self.endpoint, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION, **CREDENTIALS}

    def podman(self, *words: str) -> str:
        """Run podman on the rig's storage, and return what it printed."""
        return run([*self._podman, *words], Setting(env=self._environment), timeout=600).stdout.strip()

    def client(self, service: str) -> Any:
        """Return a client of a service of its AWS."""
        import boto3

        keys = {name.lower(): value for name, value in CREDENTIALS.items()}
        return boto3.client(service, endpoint_url=self.endpoint, region_name=REGION, **keys)

    def load(self, archive: Path, name: str) -> str:
        """Load an image from an archive under a name, and return its digest."""
        self.podman("load", "--quiet", "--input", str(archive))
        return self.podman("image", "inspect", "--format", "{{.Digest}}", name)

    def manifest(self, name: str) -> str:
        """Return the manifest of an image as podman stores it, whose digest is the image's."""
        number = self.podman("image", "inspect", "--format", "{{.Id}}", name)
        return (self.folder / "storage" / "overlay-images" / number / "manifest").read_text()

    def addresses(self, family: str) -> list[str]:
        """Return the addresses of the containers of a family of task definitions that run."""
        label = f"label=com.amazonaws.ecs.task-definition-family={family}"
        numbers = self.podman("ps", "--quiet", "--filter", label).split()
        shape = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
        return [self.podman("inspect", "--format", shape, number) for number in numbers]

    # -- the end ---------------------------------------------------------------

    def stop(self) -> None:
        """End all that it has started, and see that nothing is left."""
        if self.pids[1:]:
            stop(self.pids[1])
        with suppress(Exception):
            self.podman("rm", "--all", "--force", "--time", "0")
        for pid in self.pids[:1]:
            stop(pid)
        for number in self._own():
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        eventually(lambda: not list(self._own()), lambda: f"still running: {list(self._own())}")
        for place in self._mounts():
            run(["umount", "--lazy", place], ok=(0, 1, 32))
        shutil.rmtree(self.folder, ignore_errors=True)
        if left := list(self._mounts()):
            raise Failed(f"still mounted: {left}")

    def _own(self) -> Iterator[int]:
        """Yield the processes of the rig: each conmon and runc names its folder, and what is in a container lies below."""
        mark = str(self.folder)
        parents: dict[int, int] = {}
        named: set[int] = set()
        for path in Path("/proc").glob("[0-9]*"):
            with suppress(OSError, ValueError, IndexError):
                number = int(path.name)
                parents[number] = int((path / "stat").read_text().rpartition(")")[2].split()[1])
                if mark in (path / "cmdline").read_text() and number != os.getpid():
                    named.add(number)
        for number in parents:
            above = number
            while above in parents and above not in named:
                above = parents[above]
            if above in named and number not in (os.getpid(), os.getppid()):
                yield number

    def _mounts(self) -> list[str]:
        lines = Path("/proc/self/mounts").read_text().splitlines()
        return sorted((line.split()[1] for line in lines if str(self.folder) in line.split()[1]), reverse=True)
