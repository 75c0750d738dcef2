"""Run ``kustomize build`` on a repository that may be hostile: without credentials and without a network.

``sources`` refuses what must not be read before this runs. As a second line of
defence the process has no tokens, no home folder, no git, an unreachable proxy,
and, where the system allows it, a network namespace of its own.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

from generator import process
from generator.errors import GeneratorError, ProcessError
from generator.manifests import isolation

_SECONDS: Final = 120


class BuildError(GeneratorError):
    """kustomize cannot build it; ``message`` is what it said."""


def build(directory: Path, folder: str, kustomize: Path, *, online: bool = False) -> str:
    """Build the manifests of a folder. Raises ``BuildError`` if kustomize fails.

    ``online`` allows the network, for references that the spec allows; still without credentials.
    """
    with tempfile.TemporaryDirectory(prefix="gitops-generator-") as home:
        argv: list[str | Path] = [*(() if online else isolation.words()), kustomize, "build", directory / folder]
        try:
            setting = process.Setting(env=_environment(home, online=online), whole=True)
            done = process.run(argv, setting, timeout=_SECONDS)
        except ProcessError as exc:
            said = (exc.stderr.strip() or exc.message).replace(str(directory), "").replace(home, "")
            raise BuildError(said) from exc
    return done.stdout


def _environment(home: str, *, online: bool) -> dict[str, str]:
    alone = isolation.environment(home)
    if not online:
        return {**alone, "GIT_ALLOW_PROTOCOL": ""}
    asking = {"GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": "https", "GIT_CONFIG_NOSYSTEM": "1"}
    own = {name: value for name, value in alone.items() if name not in (*isolation.PROXIES, "NO_PROXY")}
    proxies = {name: os.environ[name] for name in (*isolation.PROXIES, "NO_PROXY", "no_proxy") if name in os.environ}
    return {**own, **asking, **proxies, "PATH": os.environ.get("PATH", os.defpath)}
