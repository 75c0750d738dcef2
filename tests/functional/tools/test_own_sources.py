"""The one tool whose sources are ours: a change of them is a new version, or the cache would keep the former one."""

from __future__ import annotations

import hashlib

import pytest

from generator import tools
from generator.tools import gomodule, installation

pytestmark = pytest.mark.needs("go")
# Change both together: `version` in main.go and the pin, then the sum.
SOURCES = {"1.0.1": "d176bda62e71991a36f212d20dd732d3165349961f949f05138a5bef2af1de0b"}


def test_sources_and_version_change_together() -> None:
    folder = gomodule.FOLDERS / "aws-stub"
    text = b"".join(path.read_bytes() for path in sorted(folder.iterdir()))
    version = tools.PINS["aws-stub"].version
    assert {version: hashlib.sha256(text).hexdigest()} == SOURCES
    assert f'const version = "{version}"' in (folder / "main.go").read_text()


def test_it_is_built_from_them() -> None:
    [done] = installation.install(["aws-stub"], echo=str)
    assert done.path is not None
