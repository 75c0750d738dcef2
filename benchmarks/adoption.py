"""Adopt public manifests, and hold what is built then against them: `python -m benchmarks.adoption NAME UPSTREAM`.

UPSTREAM is as for `benchmarks.coverage`. Each object must be built as it was, field by field; none may come or go. What
is equal although it is written in another way is what kustomize itself writes: the order of fields, and a namespace.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

import generator
from benchmarks.coverage import CASES
from generator import process
from generator.errors import GeneratorError
from testing.programs import tool

_SPEC = """\
version: 1
project: {name}
repository: https://git.example.com/acme/{name}-gitops.git
environments: {{prod: {{namespace: {namespace}, podSecurity: privileged}}}}
apps: {{}}
"""

Object = dict[str, Any]


def documents(folder: Path) -> list[Object]:
    """Return the objects of a folder of manifests."""
    files = sorted(folder.rglob("*.y*ml"))
    return [one for path in files for one in yaml.safe_load_all(path.read_text()) if one]


def adopted(name: str, upstream: Path, image: str | None, scratch: Path) -> list[Object]:
    """Adopt the manifests in a new repository, and return what the cluster would get."""
    namespace = next(
        (one["metadata"]["namespace"] for one in documents(upstream) if "namespace" in one["metadata"]), name
    )
    (scratch / "generator.yaml").write_text(_SPEC.format(name=name, namespace=namespace))
    shutil.copytree(upstream, scratch / "deploy" / name)
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "As it is")):
        identity = ("-c", "user.name=A", "-c", "user.email=a@example.com")
        subprocess.run(["git", *identity, *words], cwd=scratch, check=True, stdout=subprocess.DEVNULL)
    request = generator.AdoptRequest(f"deploy/{name}", scratch, folders={"prod": "."}, image=image, write=True)
    found = generator.adopt(request).adoption
    if found.faults:
        raise GeneratorError("\n".join(f"{fault}\n  {fault.hint}" for fault in found.faults))
    built = process.run([tool("kustomize"), "build", scratch / "overlays" / "prod" / name]).stdout
    return [one for one in yaml.safe_load_all(built) if one]


def differences(before: list[Object], after: list[Object]) -> Iterator[str]:
    """Tell each object that is gone, new or another one."""
    was, now = (({_name(one): _plain(one) for one in objects}) for objects in (before, after))
    for name in sorted({*was, *now}):
        if was.get(name) != now.get(name):
            yield f"{name}: {'gone' if name not in now else 'new' if name not in was else 'another one'}"


def _name(one: Object) -> str:
    return f"{one['apiVersion']} {one['kind']}/{one['metadata']['name']}"


def _plain(one: Object) -> Object:
    metadata = {name: value for name, value in one["metadata"].items() if name != "namespace"}
    return {**one, "metadata": metadata}


def main() -> int:
    """Print how many objects are the same, and each that is not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", help="a file of benchmarks/coverage/, without its ending")
    parser.add_argument("upstream", type=Path, help="the folder with the public manifests")
    options = parser.parse_args()
    case = yaml.safe_load((CASES / f"{options.name}.yaml").read_text())
    before = documents(options.upstream)
    with tempfile.TemporaryDirectory() as scratch:
        after = adopted(options.name, options.upstream, case.get("released"), Path(scratch))
    found = list(differences(before, after))
    print(
        f"{case['app']}: {len(before) - len(found)} of {len(before)} objects are built as they were", *found, sep="\n"
    )
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
