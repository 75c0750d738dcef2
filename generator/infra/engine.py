"""Run Terraform on a copy of a configuration, with the stub in place of the AWS provider and no network."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from generator import process, tools
from generator.infra.findings import Finding, Layer
from generator.tools.pin import Platform

SCHEMA: Final = Path(__file__).parent / "schema/aws.json"
# Of Terraform and of OpenTofu: each asks for the provider under its own registry's name.
REGISTRIES: Final = ("registry.terraform.io", "registry.opentofu.org")
SECONDS: Final = 900.0
# Neither is part of a configuration: what was fetched, and sums of the provider that the stub stands for.
LEFT_OUT: Final = (".terraform", ".terraform.lock.hcl", "*.tfstate", "*.tfstate.*", "*.tfplan")
PLAN: Final = "checks.tfplan"
OVERRIDE: Final = 'terraform {\n  backend "local" {}\n}\n'


@dataclass(frozen=True, slots=True)
class Engine:
    """Terraform or OpenTofu, with a folder for copies and for the mirror of the stub."""

    program: Path
    scratch: Path
    environment: Mapping[str, str]

    def copy(self, root: Path) -> Path:
        """Copy the folder of all configurations, without state and downloads."""
        into = self.scratch / "infra"
        shutil.copytree(root, into, ignore=shutil.ignore_patterns(*LEFT_OUT), symlinks=True)
        return into

    def run(self, folder: Path, *words: str, known: bool = False, ok: tuple[int, ...] = (0, 1)) -> process.Completed:
        """Run a command in a configuration; ``known`` plans with ids that AWS would assign in an apply."""
        env = {**self.environment, "AWS_STUB": "known" if known else ""}
        setting = process.Setting(folder, env)
        hint = f"run: python -m generator tools install aws-stub {self.program.name}"
        return process.run([self.program, *words], setting, ok=ok, timeout=SECONDS, hint=hint)


def prepare(scratch: Path, program: str = "terraform") -> Engine:
    """Make a mirror with the stub as the AWS provider, and return the engine that uses it.

    Raises:
        ToolError: Terraform or the stub is not installed.
    """
    stub, engine = tools.find("aws-stub"), tools.find(program)
    version = json.loads(SCHEMA.read_text())["version"]
    here = str(Platform.here()).replace("/", "_")
    for registry in REGISTRIES:
        folder = scratch / "mirror" / registry / "hashicorp/aws" / version / here
        folder.mkdir(parents=True)
        (folder / f"terraform-provider-aws_v{version}").symlink_to(stub)
    settings = scratch / "cli.tfrc"
    mirror = json.dumps(str(scratch / "mirror"))
    settings.write_text(f"provider_installation {{\n  filesystem_mirror {{\n    path = {mirror}\n  }}\n}}\n")
    environment = {
        "TF_CLI_CONFIG_FILE": str(settings),
        "AWS_STUB_SCHEMA": str(SCHEMA),
        "CHECKPOINT_DISABLE": "1",
        "TF_IN_AUTOMATION": "1",
        "TF_INPUT": "0",
    }
    return Engine(engine, scratch, environment)


def configurations(root: Path) -> list[Path]:
    """Return the folders that are applied: those with providers or a state that are no modules."""
    found = {path.parent for path in root.rglob("*.tf") if ".terraform" not in path.parts}
    return sorted(folder for folder in found if "modules" not in folder.relative_to(root).parts)


def unformatted(engine: Engine, root: Path) -> Iterator[Finding]:
    """Yield the files that ``fmt`` would change."""
    done = engine.run(root, "fmt", "-check", "-recursive", "-list=true", "-no-color", ok=(0, 2, 3))
    for name in done.stdout.split():
        yield Finding(name, 0, Layer.FORMAT, "", f"is not as `{engine.program.name} fmt` writes it")


def initialize(engine: Engine, folder: Path) -> list[Finding]:
    """Install modules and the stub; return the faults of the configuration so far."""
    (folder / "zz_checks_override.tf").write_text(OVERRIDE)
    done = engine.run(folder, "init", "-no-color", "-input=false")
    return [] if done.returncode == 0 else [Finding(".", 0, Layer.SCHEMA, "", _said(engine, done.stderr))]


def validate(engine: Engine, folder: Path) -> list[Finding]:
    """Return the faults that the schema and the graph find."""
    done = engine.run(folder, "validate", "-json")
    return [_diagnosed(one, Layer.SCHEMA) for one in json.loads(done.stdout)["diagnostics"]]


def plan(engine: Engine, folder: Path, *, known: bool) -> tuple[dict[str, Any], list[Finding]]:
    """Return a plan from nothing as JSON, and the faults that stop it."""
    file = "known.tfplan" if known else PLAN
    words = ("plan", "-json", "-input=false", "-refresh=false", f"-out={file}")
    done = engine.run(folder, *words, known=known)
    found = [_diagnosed(one, Layer.PLAN) for one in _diagnostics(done.stdout)]
    if done.returncode:
        return {}, found or [Finding(".", 0, Layer.PLAN, "", _said(engine, done.stderr))]
    return json.loads(engine.run(folder, "show", "-json", file, ok=(0,)).stdout), found


def again(engine: Engine, folder: Path) -> list[Finding]:
    """Apply the plan to the state only, plan once more, and return what would change."""
    done = engine.run(folder, "apply", "-json", PLAN)
    if done.returncode:
        return [_diagnosed(one, Layer.AGAIN) for one in _diagnostics(done.stdout)]
    second = engine.run(folder, "plan", "-json", "-input=false", "-detailed-exitcode", ok=(0, 1, 2))
    changed = [line["change"] for line in _lines(second.stdout) if line.get("type") == "planned_change"]
    found = [_diagnosed(one, Layer.AGAIN) for one in _diagnostics(second.stdout)]
    for change in changed:
        address = change["resource"]["addr"]
        found.append(Finding(".", 0, Layer.AGAIN, address, f"a second plan would {change['action']} it"))
    return found


def tests(engine: Engine, folder: Path) -> list[Finding]:
    """Run the configuration's own tests, if it has any."""
    if not any(folder.rglob("*.tftest.hcl")):
        return []
    done = engine.run(folder, "test", "-no-color", "-json")
    return [_diagnosed(one, Layer.PLAN) for one in _diagnostics(done.stdout)]


def _lines(text: str) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        if line.startswith("{"):
            yield json.loads(line)


def _diagnostics(text: str) -> Iterator[dict[str, Any]]:
    for line in _lines(text):
        if line.get("type") == "diagnostic":
            yield line["diagnostic"]


def _diagnosed(said: dict[str, Any], layer: Layer) -> Finding:
    place = said.get("range") or {}
    detail = " ".join(str(said.get("detail", "")).split())
    message = f"{said['summary']}: {detail}" if detail else str(said["summary"])
    line = int(place.get("start", {}).get("line", 0))
    return Finding(
        place.get("filename", "."), line, layer, said.get("address", ""), message, said["severity"] == "error"
    )


def _said(engine: Engine, text: str) -> str:
    words = " ".join(text.replace("│", " ").replace("╷", " ").replace("╵", " ").split())
    return words or f"{engine.program.name} failed, and did not say why"
