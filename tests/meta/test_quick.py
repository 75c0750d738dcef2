"""The quick run stands for every module, and has no part that takes long or needs a server."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from testing import ROOT
from testing.quick import SAMPLED, WHOLE

SLOW = re.compile(r"^pytestmark = pytest\.mark\.slow$", re.MULTILINE)


@pytest.mark.full
@pytest.mark.slow
def test_every_module_is_in_the_quick_run() -> None:
    words = ["-m", "pytest", "--quick", "--collect-only", "-q", "-p", "no:cacheprovider", "tests"]
    listed = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    modules = {line.partition("::")[0] for line in listed.splitlines() if "::" in line}
    there = {
        path.relative_to(ROOT).as_posix(): path.read_text()
        for folder in (*WHOLE, *SAMPLED)
        for path in (ROOT / "tests" / folder).rglob("test_*.py")
    }
    left_out = there.keys() - modules
    assert modules <= there.keys()
    assert all(SLOW.search(there[path]) or path in ALL_SLOW for path in left_out), left_out


# Each of their tests is marked, for one is long and there is no other.
ALL_SLOW = {"tests/merge/test_properties.py", "tests/meta/test_quick.py"}
