"""The programs and rights that tests need. Only this module skips tests.

``@pytest.mark.needs("kustomize", "gpg")`` names tools of ours, programs, ``root`` or ``linux``. What is missing skips the test
and says how to get it; Python packages are those of the lock file, and are there. In CI (``CI=true``) it fails: there all is installed, and what is not run is not proven.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
from typing import Final, NoReturn

import pytest

from generator import tools
from generator.errors import ToolError
from generator.tools.pin import Platform
from generator.tools.pins import PINS

CI: Final = os.environ.get("CI", "").lower() in ("1", "true")
# Programs of the machine by the package that has them, in Debian's words.
PACKAGES: Final = {"gpg": "gnupg", "openssl": "openssl", "readelf": "binutils", "strace": "strace", "buildah": "buildah",
                   "less": "less", "bash": "bash", "zsh": "zsh", "setpriv": "util-linux"}  # fmt: skip


def lacking(what: str) -> str:
    """Return what is missing, and how to get it; empty if nothing is missing."""
    if what in PINS:
        try:
            tools.find(what)
        except ToolError as exc:
            return f"{exc.message}; {exc.hint}"
        return ""
    match what:
        case "root":
            return "" if os.geteuid() == 0 else "needs root: sudo"
        case "releases":
            known = PINS["kubectl"].release.platforms
            return "" if str(Platform.here()) in known else f"there are no releases for {Platform.here()}"
        case "linux":
            return "" if sys.platform == "linux" and platform.machine() in ("x86_64", "aarch64") else "is about Linux"
        case "go":
            return "" if shutil.which("go") else "there is no Go on PATH: https://go.dev/dl"
    return "" if shutil.which(what) else f"{what} is not on PATH; apt-get install {PACKAGES[what]}"


def need(*names: str) -> None:
    """Skip the test unless all of these are available."""
    for name in names:
        if why := lacking(name):
            lack(why)


def lack(why: str) -> NoReturn:
    """Skip a test or a module, because something is missing; in CI, fail it."""
    if CI:
        pytest.fail(f"{why} (skipped, but for CI=true)", pytrace=False)
    pytest.skip(why, allow_module_level=True)


def not_here(why: str) -> NoReturn:
    """Skip a test that has no meaning on this machine, whatever is installed; also in CI."""
    pytest.skip(why)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Look for what a test is marked to need."""
    for marker in item.iter_markers("needs"):
        need(*marker.args)
