"""``scripts/scan``: what checkov, kube-score, zizmor and actionlint find in the output of the largest spec, and of all golden cases.

Each finding is a scanner, a rule and a place. ``docs/reference/scanners.md`` has the reasons, as rows of its table; the place in a row may
have ``*`` in it. The place of a finding in a golden case begins with ``cases/CASE/``.
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
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from generator import tools
from generator.errors import ToolError
from generator.render import render
from generator.spec import layout, loader
from testing import ROOT, golden
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


class Output(NamedTuple):
    """What one spec generates, in a folder that scanners may write into.

    Attributes:
        name: A golden case, or empty for the largest spec.
        manifests: What the cluster gets, by overlay, in a folder of their own.
    """

    name: str
    repository: Path
    manifests: list[Path]

    def place(self, name: str) -> str:
        """Return the place of a finding."""
        return f"cases/{self.name}/{name}" if self.name else name

    @property
    def workflows(self) -> list[Path]:
        """Return the workflows of GitHub Actions."""
        return sorted((self.repository / ".github/workflows").glob("*.yml"))


class Missing(Exception):
    """A scanner that cannot be had here."""


def main() -> int:
    """Scan; 1 at a finding without a reason, at a reason without a finding, and in CI if a scanner is missing."""
    found: list[Finding] = []
    left_out: set[str] = set()
    with tempfile.TemporaryDirectory() as scratch:
        outputs = list(generated(Path(scratch)))
        for name, scan in SCANNERS.items():
            try:
                these = sorted(set(scan(outputs)))
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


def generated(folder: Path) -> Iterator[Output]:
    """Write and build what the largest spec and the golden cases generate."""
    for name in ("", *golden.NAMES):
        repository = folder / "repositories" / (name or "largest")
        if name:
            shutil.copytree(golden.CASES / name, repository)
        else:
            write_rendered(EVERY_FIELD, repository)
        yield Output(name, repository, build(repository, folder / "manifests" / repository.name))


def write_rendered(text: str, folder: Path) -> None:
    """Write the files that a spec generates, and the spec."""
    files = {path: file.text for path, file in render(loader.parse(text)).items()}
    for path, content in {**files, layout.SPEC: text}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)


def build(repository: Path, folder: Path) -> list[Path]:
    """Return the manifests for the cluster: every overlay, built by kustomize, but for those of adopted apps, which users wrote."""
    kustomize = tools.find("kustomize")
    folder.mkdir(parents=True)
    adopted = loader.load(repository).adopted
    overlays = sorted(path.parent for path in repository.glob("overlays/*/*/kustomization.yaml"))

    def built(overlay: Path) -> Path:
        target = folder / f"{overlay.parent.name}-{overlay.name}.yaml"
        target.write_text(run([kustomize, "build", overlay]))
        return target

    with ThreadPoolExecutor() as pool:
        return list(pool.map(built, (overlay for overlay in overlays if overlay.name not in adopted)))


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


def checkov(outputs: list[Output]) -> Iterator[Finding]:
    """Scan manifests as they reach the cluster; of the largest spec Argo CD's objects and workflows, too."""
    (largest,) = (one for one in outputs if not one.name)
    manifests = largest.repository.parents[1] / "manifests"
    by_folder = {one.repository.name: one for one in outputs}
    argv = [program("checkov"), "--framework", "kubernetes", "github_actions", "--skip-download", "--compact"]
    checked = 0
    for folder in (manifests, largest.repository / "gitops", largest.repository / ".github"):
        said = json.loads(run([*argv, "-o", "json", "-d", str(folder)], states=(0, 1)))
        for report in said if isinstance(said, list) else [said]:
            # Where there is nothing to check, all that it says is how many of what.
            checked += report.get("summary", report)["passed"]
            for one in report.get("results", {}).get("failed_checks", []):
                kind, _, rest = one["resource"].partition(".")
                where = f"{kind}/{rest.split('.')[1]}" if rest.count(".") else Path(one["file_path"]).name
                output = by_folder[one["file_path"].split("/")[1]] if folder == manifests else largest
                yield Finding("checkov", one["check_id"], output.place(where), one["check_name"])
    assert checked > 100 * len(outputs), f"checkov has looked at {checked} things only"


def checkov_terraform(outputs: list[Output]) -> Iterator[Finding]:
    """Scan the Terraform of every shape that the tests have; a place is a module and a resource in it."""
    folder = outputs[0].repository.parents[1] / "terraform"
    cases = [one.repository / "infra" for one in outputs if (one.repository / "infra").is_dir()]
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


def kube_score(outputs: list[Output]) -> Iterator[Finding]:
    """Scan manifests as they reach the cluster, each spec's alone: it matches objects by their labels."""
    scored = 0
    for output in (one for one in outputs if one.manifests):
        objects = (
            json.loads(run([program("kube-score"), "score", "-o", "json", *output.manifests], states=(0, 1))) or []
        )
        scored += len(objects)
        for one in objects:
            where = output.place(f"{one['type_meta']['kind']}/{one['object_meta']['name']}")
            for check in one["checks"]:
                # From 10, all well, to 1; 7 and more are "almost OK".
                if not check["skipped"] and check["grade"] < 7:
                    for comment in check["comments"] or [{"summary": ""}]:
                        yield Finding("kube-score", check["check"]["id"], where, comment["summary"])
    assert scored > 2 * sum(len(one.manifests) for one in outputs), f"kube-score has looked at {scored} objects only"


def zizmor(outputs: list[Output]) -> Iterator[Finding]:
    """Scan workflows, as an auditor would read them."""
    argv = [program("zizmor"), "--offline", "--persona", "auditor", "--no-exit-codes", "--format", "json"]
    workflows = [(output, path) for output in outputs for path in output.workflows]
    assert len(workflows) >= 5
    for output, path in workflows:
        for one in json.loads(run([*argv, path])):
            words = one["locations"][0]["symbolic"]["annotation"]
            yield Finding("zizmor", one["ident"], output.place(path.name), words)


def actionlint(outputs: list[Output]) -> Iterator[Finding]:
    """Scan workflows, and their scripts by shellcheck; those of the buildspecs, too."""
    try:
        lint = tools.find("actionlint")
    except ToolError as exc:
        raise Missing(exc.message) from exc
    shellcheck = program("shellcheck")
    argv = [lint, f"-shellcheck={shellcheck}", "-pyflakes=", "-format", "{{json .}}"]
    for output in outputs:
        if output.workflows:
            (output.repository / ".git").mkdir(exist_ok=True)
            for one in json.loads(run(argv, states=(0, 1), cwd=output.repository)):
                place = output.place(Path(one["filepath"]).name)
                yield Finding("actionlint", one["kind"], place, one["message"])
        yield from _buildspecs(output, shellcheck)


def _buildspecs(output: Output, shellcheck: str) -> Iterator[Finding]:
    for path in sorted(output.repository.glob("buildspec*.yml")):
        for script in scripts(yaml.safe_load(path.read_text())):
            file = output.repository / "script.sh"
            file.write_text(f"#!/bin/bash\n{script}\n")
            for one in json.loads(run([shellcheck, "--format=json", file], states=(0, 1))):
                place = output.place(path.name)
                yield Finding("shellcheck", f"SC{one['code']}", place, f"{one['message']}: {script[:80]}")


SCANNERS: dict[str, Callable[[list[Output]], Iterator[Finding]]] = {
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
