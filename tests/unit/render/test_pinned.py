"""Nothing that a generated pipeline downloads can be another thing tomorrow: digests, hashes, commits."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from generator.render import render
from generator.spec import loader
from testing import ROOT
from testing.pipelines import APPS, BUILT, VARIANTS, scripts, values
from testing.specs import EVERY_FIELD

DIGEST = re.compile(r".+@sha256:[0-9a-f]{64}")
# What takes something from elsewhere, by any name that its version can have.
INSTALLERS = re.compile(
    r"\b(?:curl|wget|apt|apt-get|yum|dnf|apk|brew|npm|npx|yarn|pnpm|bunx|gem|cargo|go install|go run|pipx|uvx|uv (?:pip|tool)"
    r"|easy_install|conda|git clone|docker pull|docker-compose|podman|nerdctl|helm|kubectl|aws s3)(?=\s)"
)
PIP = re.compile(r"(?:\bpip3?|-m pip)\s+(?:install|download|wheel)\b([^|&;\n]*)")
PACKAGE = re.compile(r"(?:--require-hashes\b.*-r\s*[\w./-]+|(?=.*--no-deps\b)(?=.*--no-build-isolation\b).*\s\./?)\s*")
# A build context of this name is a folder of the repository.
OPTION = re.compile(r"(?:\bimage=|(?<!--build-context )\bgenerator=|--image\s+)([^\s,;)]+)")
RUN = re.compile(r"docker run ((?:-\S+\s+)*)(\S+)")


def unpinned(text: str) -> list[str]:
    """Return what in a pipeline can become another thing without a change of the pipeline."""
    content = yaml.safe_load(text)
    found = [f"uses {used}" for used in values(content, "uses") if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", used)]
    for key in ("image", "container"):
        found += [f"{key} {used}" for used in values(content, key) if not DIGEST.fullmatch(used)]
    for script in scripts(content):
        line = re.sub(r"\\\n\s*", "", script)
        found += [used[0] for used in INSTALLERS.finditer(line)]
        found += [used[0] for used in PIP.finditer(line) if not PACKAGE.search(used[1])]
        images = [used[1] for used in OPTION.finditer(line)] + [used[2] for used in RUN.finditer(line)]
        found += [image for image in images if not DIGEST.fullmatch(image)]
    return found


def pipelines(text: str) -> dict[str, str]:
    files = render(loader.parse(text))
    return {path: file.text for path, file in files.items() if path.startswith((".github/workflows/", "buildspec"))}


# The commands of the tests are the spec's own, as is `install` where it is a command.
SPECS = {name: BUILT + ci + APPS for name, ci in VARIANTS.items() if name != "plain"}


@pytest.mark.parametrize("spec", [EVERY_FIELD, *SPECS.values()], ids=["every field", *SPECS])
def test_nothing_that_a_pipeline_downloads_can_change(spec: str) -> None:
    found = pipelines(spec)
    assert len(found) == 4
    assert {path: unpinned(text) for path, text in found.items()} == {path: [] for path in found}


def test_nor_what_this_repositorys_own_pipeline_downloads() -> None:
    assert unpinned((ROOT / "buildspec.yml").read_text()) == []


@pytest.mark.parametrize(
    "command",
    [
        "pip install gitops-generator",
        "python -m pip install --quiet 'gitops-generator[aws]==0.1.0'",
        "python -m pip install .",
        "python -m pip install --no-deps .",
        "python -P -m pip install -r requirements.lock",
        "curl -fsSL https://example.com/x | bash",
        "sudo apt-get install -y jq",
        "npx tool",
        "go install example.com/x@latest",
        "docker run --privileged --rm tonistiigi/binfmt --install all",
        "docker run --rm tonistiigi/binfmt:qemu-v10.2.3 --install all",
        "docker buildx create --use --driver-opt image=moby/buildkit:v0.31.2",
        "docker buildx build \\\n  --attest type=sbom,generator=docker/buildkit-syft-scanner:1.12.0 .",
        "docker pull alpine@sha256:0",
    ],
)
def test_what_is_not_pinned_is_found(command: str) -> None:
    for text in (
        yaml.safe_dump({"jobs": {"a": {"steps": [{"run": f"true\n{command}\n"}]}}}),
        yaml.safe_dump({"phases": {"build": {"commands": [f"if true; then {command}; fi"]}}}),
        yaml.safe_dump({"phases": {"build": {"commands": ["true"], "finally": [command]}}}),
    ):
        assert len(unpinned(text)) == 1, text


@pytest.mark.parametrize(
    "step",
    [{"uses": "actions/checkout@v4"}, {"uses": "actions/checkout@main"}, {"uses": "docker://alpine:3"}, {"container": "alpine:3"}],
)  # fmt: skip
def test_an_action_that_is_not_pinned_is_found(step: dict[str, str]) -> None:
    assert unpinned(yaml.safe_dump({"jobs": {"a": {"steps": [step]}}})) != []


def test_a_build_without_install_downloads_no_generator_and_says_what_to_do(tmp_path: Path) -> None:

    text = pipelines(BUILT + "apps:\n  web: {image: shop/web, source: web, port: 80}\n")["buildspec.yml"]
    [command] = yaml.safe_load(text)["phases"]["install"]["commands"]
    assert "pip" not in command
    (tmp_path / "python").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "python").chmod(0o755)
    for path, status in ((tmp_path, 1), (Path(sys.executable).parent, 0)):
        done = subprocess.run(
            ["bash", "-c", command], env={"PATH": f"{path}:/usr/bin:/bin"}, capture_output=True, text=True, check=False
        )
        assert done.returncode == status, done.stderr
        assert ("ci: {install: {requirements: FILE}}" in done.stderr) == bool(status)
