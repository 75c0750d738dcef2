"""Get the peers: Python packages into an environment of their own, helm from its Go module; all in the user's cache."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

from generator.tools import cache

HELM = "helm.sh/helm/v3/cmd/helm@v3.17.3"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")


def python() -> Path:
    """Return the interpreter that has the packages, which are installed where they are missing.

    Raises:
        OSError: it cannot be made; a process that fails raises its own error.
    """
    folder = cache.folder() / "benchmarks" / "python"
    found = folder / "bin" / "python"
    done = folder / "requirements.txt"
    if not done.exists() or done.read_bytes() != REQUIREMENTS.read_bytes():
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([found, "-m", "pip", "install", "--quiet", "--requirement", REQUIREMENTS], check=True)
        done.write_bytes(REQUIREMENTS.read_bytes())
    return found


def helm() -> Path:
    """Return the executable, built where it is missing, against Go's own database of hashes. Needs Go."""
    folder = cache.folder() / "benchmarks" / HELM.rpartition("@")[2]
    if not (folder / "helm").exists():
        print("building helm, once …", file=sys.stderr)
        subprocess.run(["go", "install", "-trimpath", HELM], env={**os.environ, "GOBIN": str(folder)}, check=True)
    return folder / "helm"
