"""Kills ``rollback`` before programs that it starts (see ``kill``), and tells what became of the remote and the clone.

    python -m testing.rollback_kill FOLDER ARGUMENT…

FOLDER holds ``remote.git`` and ``shop``, both put back to what they were before each run.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from generator.cli.commands import rollback as command  # noqa: F401 (imported once, and not in each child)
from generator.delivery import rollback  # noqa: F401
from testing.kill import moments, run

OVERLAY = "overlays/prod/web/kustomization.yaml"


def git(folder: Path, *words: str) -> str:
    """Return what git says."""
    return subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True).stdout


def seen(folder: Path) -> dict[str, object]:
    """Return overlays by reference, how many commits each has, and what the clone has not committed."""
    found: dict[str, object] = {}
    for name in ("remote.git", "shop"):
        place = folder / name
        git(place, "fsck", "--strict", "--no-dangling")
        refs = git(place, "for-each-ref", "--format=%(refname)").split()
        for ref in (ref for ref in refs if ref.startswith("refs/heads/")):
            found[f"{name} {ref}"] = git(place, "show", f"{ref}:{OVERLAY}")
            found[f"{name} {ref} commits"] = int(git(place, "rev-list", "--count", ref))
        found[f"{name} others"] = [ref for ref in refs if not ref.startswith("refs/heads/")]
    found["work tree"] = (folder / "shop" / OVERLAY).read_text()
    found["uncommitted"] = git(folder / "shop", "status", "--porcelain").split()
    return found


def main() -> None:
    """Run what the module describes."""
    folder, words = Path(sys.argv[1]), sys.argv[2:]
    kept = {name: folder / f"{name}.kept" for name in ("remote.git", "shop")}
    for name, copy in kept.items():
        shutil.copytree(folder / name, copy, symlinks=True)
    os.chdir(folder)
    code, programs = run(["-C", str(folder / "shop"), *words], 0)
    results = [{"code": code, "killed": seen(folder), "rerun": code, "after": seen(folder)}]
    for at in moments(programs):
        for name, copy in kept.items():
            shutil.rmtree(folder / name)
            shutil.copytree(copy, folder / name, symlinks=True)
        died, _ = run(["-C", str(folder / "shop"), *words], at)
        killed = seen(folder)
        again, _ = run(["-C", str(folder / "shop"), *words], 0)
        results.append({"code": died, "killed": killed, "rerun": again, "after": seen(folder)})
    print(json.dumps(results))


if __name__ == "__main__":
    main()
