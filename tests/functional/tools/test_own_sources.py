"""The one tool whose sources are ours: a change of them is a new version, or the cache would keep the former one."""

from __future__ import annotations

import hashlib

import pytest

from generator import tools
from generator.tools import gomodule, installation

pytestmark = pytest.mark.needs("go")
# Change both together: `version` in main.go and the pin, then the sum.
SOURCES = {"1.0.0": "d4a0cbb5f81a55fdf50ce77220924ea39e8dca58ee1696f9b3ff2ab5ef0cf8e1"}


def test_sources_and_version_change_together() -> None:
    folder = gomodule.FOLDERS / "aws-stub"
    text = b"".join(path.read_bytes() for path in sorted(folder.iterdir()))
    version = tools.PINS["aws-stub"].version
    assert {version: hashlib.sha256(text).hexdigest()} == SOURCES
    assert f'const version = "{version}"' in (folder / "main.go").read_text()


def test_it_is_built_from_them() -> None:
    [done] = installation.install(["aws-stub"], echo=str)
    assert done.path is not None
