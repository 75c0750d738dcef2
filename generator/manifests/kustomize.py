"""Run ``kustomize build`` on a repository that may be hostile: without credentials and without a network.

``sources`` refuses what must not be read before this runs. As a second line of
defence the process has no tokens, no home folder, no git, an unreachable proxy,
and, where the system allows it, a network namespace of its own.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

from generator import process
from generator.errors import GeneratorError, ProcessError

_SECONDS: Final = 120
# The port at which no program listens; the dial ends at once.
_NOWHERE: Final = "http://127.0.0.1:9"
_PROXIES: Final = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"), _NOWHERE)
# For root, and for other users where the system has user namespaces.
_ISOLATIONS: Final = (("--net", "--"), ("--user", "--map-current-user", "--net", "--"))


class BuildError(GeneratorError):
    """kustomize cannot build it; ``message`` is what it said."""


def build(directory: Path, folder: str, kustomize: Path, *, online: bool = False) -> str:
    """Build the manifests of a folder. Raises ``BuildError`` where kustomize refuses.

    ``online`` allows the network, for references that the spec allows; still without credentials.
    """
    with tempfile.TemporaryDirectory(prefix="gitops-generator-") as home:
        argv: list[str | Path] = [*(() if online else _isolated()), kustomize, "build", directory / folder]
        try:
            setting = process.Setting(env=_environment(home, online=online), whole=True)
            done = process.run(argv, setting, timeout=_SECONDS)
        except ProcessError as exc:
            said = (exc.stderr.strip() or exc.message).replace(str(directory), "").replace(home, "")
            raise BuildError(said) from exc
    return done.stdout


def _environment(home: str, *, online: bool) -> dict[str, str]:
    env = {"HOME": home, "TMPDIR": home, "LC_ALL": "C", "PATH": home}
    if not online:
        return {**env, **_PROXIES, "NO_PROXY": "", "GIT_ALLOW_PROTOCOL": ""}
    asking = {"GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": "https", "GIT_CONFIG_NOSYSTEM": "1"}
    proxies = {name: os.environ[name] for name in (*_PROXIES, "NO_PROXY", "no_proxy") if name in os.environ}
    return {**env, **asking, **proxies, "PATH": os.environ.get("PATH", os.defpath)}


@cache
def _isolated() -> tuple[str, ...]:
    """Return the words that run a program without a network; none where the system does not allow it."""
    unshare, true = shutil.which("unshare"), shutil.which("true")
    if not unshare or not true:
        return ()
    for options in _ISOLATIONS:
        with suppress(ProcessError):
            process.run([unshare, *options, true], timeout=10)
            return (unshare, *options)
    return ()
