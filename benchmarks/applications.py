"""``python -m benchmarks.applications``: how long the real Argo CD takes for many Applications, on played nodes.

    $ python -m benchmarks.applications --apps 100

A local cluster is started, with apps in three environments. Measured: seconds from the root until every Application is
synced; then a push of one app's tag, twice: as it is generated, and with `manifest-generate-paths` taken out of all
Applications, as in repositories that do not have it. For each push: the seconds until that app is synced, how many
Applications Argo CD compared anew, and the processor's time that its programs took until all of that was done.
Argo CD's poll is put off, so that all of it comes from the push.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from generator import process
from generator.cluster import argocd, lifecycle
from generator.cluster.lifecycle import Cluster
from generator.render import render
from generator.spec import loader

ENVIRONMENTS: Final = ("dev", "staging", "prod")
NAME: Final = "many"
_ONE: Final = f"{NAME}-dev-app-0"
_PATHS: Final = re.compile(r"\n  annotations:\n    argocd\.argoproj\.io/manifest-generate-paths: [^\n]*")
_TICKS: Final = os.sysconf("SC_CLK_TCK")
# After a sync, Argo CD compares once more some time later.
_QUIET_SECONDS: Final = 20
_PROGRAMS: Final = ("argocd-", "redis")


def main() -> int:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--apps", type=int, default=100, help="each is in three environments")
    parser.add_argument("--patience", type=float, default=7200.0, help="seconds until it is given up")
    options = parser.parse_args()
    argocd.RECONCILIATION = "24h"
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="gg-") as parent:
        directory = Path(parent) / "c"
        try:
            local = lifecycle.up(directory, echo=say, node="kwok")
            measured = Fleet(local, Path(parent) / "checkout", options.apps, options.patience).measured()
        finally:
            lifecycle.down(directory, echo=say)
    print(json.dumps(measured, indent=2))
    return 0


def say(text: str) -> None:
    """Tell how far it is."""
    print(f"{time.strftime('%X')} {text}", file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Fleet:
    """So many apps in a repository, on a cluster."""

    local: Cluster
    folder: Path
    apps: int
    patience: float

    @property
    def count(self) -> int:
        """Return how many Applications the apps have."""
        return self.apps * len(ENVIRONMENTS)

    def measured(self) -> dict[str, Any]:
        """Return everything that is measured."""
        load, begun, spent = os.getloadavg()[0], time.monotonic(), self.processor()
        self.start()
        found = {
            "applications": self.count,
            "load at the start": round(load, 1),
            "seconds until all are synced": round(time.monotonic() - begun, 1),
            "processor's seconds until then": round(self.processor() - spent, 1),
            "megabytes": self.megabytes(),
        }
        say(json.dumps(found))
        with_paths = self.push_one("v2")
        say(json.dumps(with_paths))
        self.without_paths()
        without = self.push_one("v3", everyone=True)
        ratios = {name: round(without[name] / with_paths[name], 1) for name in with_paths if with_paths[name]}
        return {**found, "a push, with paths": with_paths, "a push, without": without, "ratios": ratios}

    def start(self) -> None:
        """Generate, push and apply; wait until every Application is synced."""
        url = self.local.gitea.create_repository(NAME)
        environments = "".join(f"  {name}: {{}}\n" for name in ENVIRONMENTS)
        apps = "".join(f"  app-{n}: {{image: registry.example.com/app-{n}, replicas: 1}}\n" for n in range(self.apps))
        spec = f"version: 1\nproject: {NAME}\nrepository: {url}\nenvironments:\n{environments}apps:\n{apps}"
        for path, file in render(loader.parse(spec)).items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_text(file.text)
        self.git("init", "-q", "-b", "main")
        self.push()
        self.local.kubectl("apply", "-f", self.folder / "gitops/bootstrap.yaml", timeout=600)
        self.wait_for("synced", lambda: self.synced() > self.count)

    def without_paths(self) -> None:
        """Take the folders that they are made from out of all Applications."""
        for path in self.folder.glob("gitops/applications/*/*.yaml"):
            path.write_text(_PATHS.sub("", path.read_text()))
        commit = self.push()
        self.wait_for("the root", lambda: self.one(f"{NAME}-bootstrap") == ("Synced", commit))
        self.wait_for("paths", lambda: "generate-paths" not in self.kubectl("{.items[*].metadata.annotations}"))
        self.settle()

    def push_one(self, tag: str, *, everyone: bool = False) -> dict[str, float]:
        """Push one app's tag, wait until it is synced, and, with ``everyone``, until all others were compared."""
        self.settle()
        before, spent, compared = self.times(), self.processor(), self.compared()
        path = self.folder / "overlays/dev/app-0/kustomization.yaml"
        path.write_text(re.sub(r"newTag: \S+", f"newTag: {tag}", path.read_text()))
        begun = time.monotonic()
        commit = self.push()
        self.wait_for("the app", lambda: self.one(_ONE) == ("Synced", commit))
        seconds = time.monotonic() - begun
        if everyone:
            self.wait_for("the others", lambda: not before & self.times())
        self.settle()
        return {
            "seconds to synced": round(seconds, 1),
            "comparisons": self.compared() - compared,
            "processor's seconds": round(self.processor() - spent, 1),
        }

    def settle(self) -> None:
        """Wait until Argo CD has compared nothing for a while, and no sync is left to be finished."""
        seen: list[float] = []

        def is_quiet() -> bool:
            seen.append(self.compared())
            quiet = len(seen) > _QUIET_SECONDS and seen[-_QUIET_SECONDS] == seen[-1]
            return quiet and "Running" not in self.kubectl("{.items[*].status.operationState.phase}")

        self.wait_for("quiet", is_quiet)

    # -- questions ----------------------------------------------------------------------------------------------------

    def synced(self) -> int:
        """Return how many Applications are synced."""
        return len(re.findall(r'^argocd_app_info\{.*sync_status="Synced"', self.metrics(), re.MULTILINE))

    def compared(self) -> float:
        """Return how often Argo CD has compared an Application."""
        return sum(map(float, re.findall(r"^argocd_app_reconcile_count\{.*\} (\S+)", self.metrics(), re.MULTILINE)))

    def metrics(self) -> str:
        """Return what the application controller counts."""
        port = next(one.port for one in self.local.components if one.name == "argocd-application-controller")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://127.0.0.1:{port}/metrics", timeout=600) as answer:
            return str(answer.read().decode())

    def one(self, name: str) -> tuple[str, str]:
        """Return sync status and commit of an Application."""
        form = "{.status.sync.status} {.status.sync.revision}"
        words = ("get", "application", name, "-n", "argocd", "-o", f"jsonpath={form}", "--ignore-not-found")
        status, _, commit = self.local.kubectl(*words, timeout=600).partition(" ")
        return status, commit

    def times(self) -> set[str]:
        """Return each Application with the time of its last comparison."""
        return set(self.kubectl("{range .items[*]}{.metadata.name}={.status.reconciledAt}{' '}{end}").split())

    def kubectl(self, form: str) -> str:
        """Ask about all Applications of the environments."""
        label = f"app.kubernetes.io/part-of={NAME},app.kubernetes.io/name"
        words = ("get", "applications", "-n", "argocd", "-l", label, "-o", f"jsonpath={form}")
        return self.local.kubectl(*words, timeout=600)

    def processor(self) -> float:
        """Return the processor's seconds of Argo CD's programs, with those that they have started and that ended."""
        stats = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in self.pids().values()]
        return sum(sum(map(int, stat[11:15])) for stat in stats) / _TICKS

    def megabytes(self) -> dict[str, int]:
        """Return the resident memory of Argo CD's programs."""
        texts = {name: Path(f"/proc/{pid}/status").read_text() for name, pid in self.pids().items()}
        found = {name: re.search(r"VmRSS:\s+(\d+)", text) for name, text in texts.items()}
        return {name: int(rss[1]) // 1024 for name, rss in found.items() if rss}

    def pids(self) -> dict[str, int]:
        """Return Argo CD's programs."""
        return {one.name: one.pid for one in self.local.components if one.pid and one.name.startswith(_PROGRAMS)}

    # -- doing --------------------------------------------------------------------------------------------------------

    def push(self) -> str:
        """Commit and push everything; return the commit."""
        self.git("add", "-A")
        self.git("commit", "-qm", "Change")
        url = self.local.gitea.repository_url(NAME)
        login = f"://{self.local.gitea_user}:{self.local.gitea_token}@"
        self.git("push", "-q", url.replace("://", login), "HEAD:main")
        return self.git("rev-parse", "HEAD").strip()

    def git(self, *words: str) -> str:
        """Run git in the repository."""
        who = ["-c", "user.name=Anna", "-c", "user.email=anna@example.test"]
        return process.run(["git", *who, *words], process.Setting(self.folder), timeout=600).stdout

    def wait_for(self, what: str, is_done: Callable[[], object]) -> None:
        """Ask every second until it is done."""
        deadline = time.monotonic() + self.patience
        while not is_done():
            if time.monotonic() > deadline:
                raise SystemExit(f"given up: {what}; {self.synced()} of {self.count + 1} are synced")
            time.sleep(1)


if __name__ == "__main__":
    sys.exit(main())
