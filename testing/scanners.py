"""``scripts/scan``: what checkov, kube-score, zizmor and actionlint find in the output of the largest spec.

In the Terraform of all golden cases checkov looks, too.
Each finding is a scanner, a rule and a place. ``docs/reference/scanners.md`` has the reasons, as rows of its table; the place in a row may
have ``*`` in it.
"""

from __future__ import annotations

import fnmatch
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from generator import tools
from generator.errors import ToolError
from generator.render import render
from generator.spec import loader
from testing import ROOT
from testing.needs import CI
from testing.pipelines import scripts
from testing.specs import EVERY_FIELD

REASONS = ROOT / "docs/reference/scanners.md"
ROW = re.compile(r"\| (?P<scanner>[a-z-]+) \| `(?P<rule>[^`]+)` \| `(?P<place>[^`]+)` \| (?P<reason>.+) \|")


class Finding(NamedTuple):
    """What a scanner says of a place: ``Kind/name`` of an object, or a file with what stands there."""

    scanner: str
    rule: str
    place: str
    words: str = ""


class Row(NamedTuple):
    """A finding that stays, and why."""

    scanner: str
    rule: str
    place: str
    reason: str


class Missing(Exception):
    """A scanner that cannot be had here."""


def main() -> int:
    """Scan; 1 at a finding without a reason, at a reason without a finding, and in CI if a scanner is missing."""
    found: list[Finding] = []
    left_out: set[str] = set()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_rendered(EVERY_FIELD, folder / "repository")
        manifests = build(folder / "repository", folder / "manifests")
        for name, scan in SCANNERS.items():
            try:
                these = sorted(set(scan(folder / "repository", manifests)))
            except Missing as exc:
                left_out.add(name)
                print(f"note: {name} left out: {exc}")
                continue
            print(f"{name}: {len(these)} findings")
            found += these
    new, idle = judge(found, rows(REASONS.read_text()), left_out)
    for one in new:
        print(f"error: {one.scanner} {one.rule} {one.place}: {one.words}", file=sys.stderr)
    for row in idle:
        print(f"error: {REASONS.name}: nothing is found for {row.scanner} {row.rule} {row.place}", file=sys.stderr)
    if new or idle:
        print(f"hint: mend it, or write the reason into {REASONS.relative_to(ROOT)}", file=sys.stderr)
    if left_out and CI:
        print("error: in CI, no scanner may be missing", file=sys.stderr)
    return 1 if new or idle or (left_out and CI) else 0


def rows(text: str) -> list[Row]:
    """Return the reasons that stand in the table."""
    return [Row(**found.groupdict()) for found in ROW.finditer(text)]


def judge(found: list[Finding], reasons: list[Row], left_out: set[str]) -> tuple[list[Finding], list[Row]]:
    """Return findings without a reason, and reasons without a finding, except those of scanners that did not run."""

    def fits(one: Finding, row: Row) -> bool:
        return one[:2] == row[:2] and fnmatch.fnmatchcase(one.place, row.place)

    new = [one for one in found if not any(fits(one, row) for row in reasons)]
    idle = [row for row in reasons if row.scanner not in left_out and not any(fits(one, row) for one in found)]
    return new, idle


def write_rendered(text: str, folder: Path) -> None:
    """Write the files that a spec generates."""
    for path, file in render(loader.parse(text)).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(file.text)


def build(repository: Path, folder: Path) -> list[Path]:
    """Return the manifests for the cluster: every overlay, built by kustomize."""
    kustomize = tools.find("kustomize")
    folder.mkdir()
    found = []
    for overlay in sorted(path.parent for path in repository.glob("overlays/*/*/kustomization.yaml")):
        target = folder / f"{overlay.parent.name}-{overlay.name}.yaml"
        target.write_text(run([kustomize, "build", overlay]))
        found.append(target)
    return found


def run(argv: list[Any], *, states: tuple[int, ...] = (0,), cwd: Path | None = None) -> str:
    """Return a scanner's answer; one that fails has found nothing, which must not look like nothing to find."""
    done = subprocess.run(argv, capture_output=True, text=True, check=False, cwd=cwd)
    if done.returncode not in states:
        raise RuntimeError(f"{argv[0]}: exit {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def program(name: str) -> str:
    """Return a program on PATH."""
    if found := shutil.which(name):
        return found
    raise Missing(f"{name} is not installed")


def checkov(repository: Path, manifests: list[Path]) -> Iterator[Finding]:
    """Scan manifests as they reach the cluster, Argo CD's objects, and workflows."""
    folders = [manifests[0].parent, repository / "gitops", repository / ".github"]
    argv = [program("checkov"), "--framework", "kubernetes", "github_actions", "--skip-download", "--compact"]
    checked = 0
    for folder in folders:
        said = json.loads(run([*argv, "-o", "json", "-d", str(folder)], states=(0, 1)))
        for report in said if isinstance(said, list) else [said]:
            # Where there is nothing to check, all that it says is how many of what.
            checked += report.get("summary", report)["passed"]
            for one in report.get("results", {}).get("failed_checks", []):
                kind, _, rest = one["resource"].partition(".")
                where = f"{kind}/{rest.split('.')[1]}" if rest.count(".") else Path(one["file_path"]).name
                yield Finding("checkov", one["check_id"], where, one["check_name"])
    assert checked > 100, f"checkov has looked at {checked} things only"


def checkov_terraform(repository: Path, _manifests: list[Path]) -> Iterator[Finding]:
    """Scan the Terraform of every shape that the tests have; a place is a module and a resource in it."""
    folder = repository.parent / "terraform"
    cases = sorted((ROOT / "tests/golden/cases").glob("*/infra"))
    for case in cases:
        shutil.copytree(case, folder / case.parent.name)
    argv = [program("checkov"), "--framework", "terraform", "--skip-download", "--compact", "-o", "json"]
    report = json.loads(run([*argv, "-d", str(folder)], states=(0, 1)))
    assert report["summary"]["passed"] > 100 * len(cases), report["summary"]
    assert report["summary"]["parsing_errors"] == 0, report["summary"]
    for one in report["results"]["failed_checks"]:
        kind, name = re.sub(r"\[.*?\]", "", one["resource"]).split(".")[-2:]
        module = Path(one["file_path"]).parent.name
        yield Finding("checkov-terraform", one["check_id"], f"{module}/{kind}.{name}", one["check_name"])


def kube_score(_repository: Path, manifests: list[Path]) -> Iterator[Finding]:
    """Scan manifests as they reach the cluster."""
    objects = json.loads(run([program("kube-score"), "score", "-o", "json", *manifests], states=(0, 1)))
    assert len(objects) > len(manifests)
    for one in objects:
        for check in one["checks"]:
            # From 10, all well, to 1; 7 and more are "almost OK".
            if not check["skipped"] and check["grade"] < 7:
                place = f"{one['type_meta']['kind']}/{one['object_meta']['name']}"
                for comment in check["comments"] or [{"summary": ""}]:
                    yield Finding("kube-score", check["check"]["id"], place, comment["summary"])


def zizmor(repository: Path, _manifests: list[Path]) -> Iterator[Finding]:
    """Scan workflows, as an auditor would read them."""
    argv = [program("zizmor"), "--offline", "--persona", "auditor", "--no-exit-codes", "--format", "json"]
    workflows = sorted((repository / ".github/workflows").glob("*.yml"))
    assert len(workflows) == 2
    for workflow in workflows:
        for one in json.loads(run([*argv, workflow])):
            yield Finding("zizmor", one["ident"], workflow.name, one["locations"][0]["symbolic"]["annotation"])


def actionlint(repository: Path, _manifests: list[Path]) -> Iterator[Finding]:
    """Scan workflows, and their scripts by shellcheck; those of the buildspecs, too."""
    try:
        lint = tools.find("actionlint")
    except ToolError as exc:
        raise Missing(exc.message) from exc
    shellcheck = program("shellcheck")
    (repository / ".git").mkdir(exist_ok=True)
    said = run(
        [lint, f"-shellcheck={shellcheck}", "-pyflakes=", "-format", "{{json .}}"], states=(0, 1), cwd=repository
    )
    for one in json.loads(said):
        yield Finding("actionlint", one["kind"], Path(one["filepath"]).name, one["message"])
    yield from _buildspecs(repository, shellcheck)


def _buildspecs(repository: Path, shellcheck: str) -> Iterator[Finding]:
    for path in sorted(repository.glob("buildspec*.yml")):
        for script in scripts(yaml.safe_load(path.read_text())):
            file = repository / "script.sh"
            file.write_text(f"#!/bin/bash\n{script}\n")
            for one in json.loads(run([shellcheck, "--format=json", file], states=(0, 1))):
                yield Finding("shellcheck", f"SC{one['code']}", path.name, f"{one['message']}: {script[:80]}")


SCANNERS: dict[str, Callable[[Path, list[Path]], Iterator[Finding]]] = {
    "checkov": checkov,
    "checkov-terraform": checkov_terraform,
    "kube-score": kube_score,
    "zizmor": zizmor,
    "actionlint": actionlint,
}

if __name__ == "__main__":
    # The specs of the tests lie beside this.
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
