"""What the documentation says of the code is what the code says: commands, variables, annotations, references."""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from generator import errors
from testing.pages import DOCS, ROOT


@cache
def write() -> ModuleType:
    """Load docs/write.py, which is no module of a package."""
    spec = importlib.util.spec_from_file_location("docs_write", DOCS / "write.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def texts() -> frozenset[str]:
    """Return every text in the generator's modules that is no docstring."""
    return frozenset(text for path in (ROOT / "generator").rglob("*.py") for text in _texts(path))


def _texts(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Expr):
            node.value = ast.Constant(None)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def page(name: str) -> str:
    return (DOCS / name).read_text()


@pytest.mark.parametrize("path", write().PAGES)
def test_what_is_written_is_current(path: str) -> None:
    assert (ROOT / path).read_text() == write().PAGES[path](), "run: python docs/write.py"


# Set for programs that we start, or read by these alone.
NOT_READ = re.compile(
    r"ARGOCD_(ASK_PASS|BINARY|FAKE|GPG|PLUGIN|RECONCILIATION|SSH|TLS).*|GITEA_WORK_DIR|GITOPS_GENERATOR_LOCAL|GITHUB_(OUTPUT|ENV|STEP_SUMMARY)"
    r"|GIT_(?!TOKEN$|USERNAME$|SSL_CAINFO$).*|AWS_.*|GITOPS_APP_PRIVATE_KEY|CI_INSTALL.*"
)
VARIABLE = re.compile(
    r"(?:GITHUB|CODEBUILD|ARGOCD|GITOPS|GENERATOR|GIT|GITLAB|GITEA|FORGEJO|CI|GH|XDG|AWS|REQUESTS)_[A-Z_]+|NO_COLOR|NO_PROXY|COLUMNS|TERM"
)


def test_every_variable_that_is_read_is_documented() -> None:
    read = {text for text in texts() if VARIABLE.fullmatch(text) and not NOT_READ.fullmatch(text)}
    assert {"GIT_TOKEN", "ARGOCD_SERVER", "GITOPS_GENERATOR_HOSTS", "CODEBUILD_BUILD_ID"} <= read
    missing = sorted(name for name in read if f"`{name}`" not in page("reference/environment.md"))
    assert not missing


MARK = re.compile(
    r"(gitops-generator/[a-z]+|refs/gitops[a-z-]*/[a-z]+|"
    r"(?:argocd\.argoproj\.io|app\.kubernetes\.io|elbv2\.k8s\.aws|pod-security\.kubernetes\.io)/[a-z-]+)/?"
)


def test_every_annotation_label_and_reference_is_documented() -> None:
    found = {match[1] for text in texts() if (match := MARK.fullmatch(text))}
    assert {
        "gitops-generator/built",
        "gitops-generator/pinned",
        "app.kubernetes.io/name",
        "refs/gitops/intents",
    } <= found
    text = page("reference/marks.md").replace("pod-security.kubernetes.io/…", "pod-security.kubernetes.io/enforce")
    # What the local cluster alone has.
    found.discard("argocd.argoproj.io/secret-type")
    assert sorted(mark for mark in found if mark not in text) == []


@pytest.mark.parametrize("code", ["0", "1", "2", "3", "4", "130"])
def test_the_exit_codes_are_documented(code: str) -> None:
    assert f"\n| {code} |" in page("reference/exit-codes.md")


# Words of others: Kubernetes, Argo CD, git servers.
FOREIGN = re.compile(
    r"ImagePullBackOff|ErrImagePull|InvalidImageName|CrashLoopBackOff|container has runAsNonRoot.*|Read-only file system"
    r"|SyncFailed|not permitted in project|SecretSyncedError|OutOfSync|Pending|ComparisonError|protected branch|GH0\d\d|403"
    r"|not allowed to push|Permission denied|Authentication failed|marked as read only|is missing|did you mean|Synced|Degraded"
)


def quoted() -> list[str]:
    """Return the messages that troubleshooting quotes: code at the start of an item or a paragraph, in lower case mostly."""
    found: list[str] = []
    for line in page("guides/troubleshooting.md").splitlines():
        start = re.match(r"(?:- |)((?:`[^`]+`(?:, )?)+)", line)
        if start and not line.startswith("|"):
            found += re.findall(r"`([^`]+)`", start[1])
    return [text for text in found if not FOREIGN.fullmatch(text) and not text.startswith(("bump", "python"))]


def test_every_message_that_is_quoted_is_one_of_the_generator() -> None:
    assert len(quoted()) > 60
    everything = "\n".join(texts()).replace("kustomization.yaml", "")
    lost = [
        text
        for text in quoted()
        for part in text.replace(".generator/", "…").replace("kustomization.yaml", "…").split("…")
        if part.strip(" ,;:") and part.strip(" ,;:") not in everything
    ]
    assert not lost


def test_every_kind_of_error_has_an_entry() -> None:
    kinds = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)}
    kinds -= {"GeneratorError"}
    assert {"SpecError", "Conflicts", "ArgoCdError"} <= kinds
    assert sorted(kind for kind in kinds if f"`{kind}`" not in page("guides/troubleshooting.md")) == []


def test_every_test_that_security_names_is_there() -> None:
    named = re.findall(r"`([a-z_/]*test_[a-z_*]+\.py)`", page("reference/security.md"))
    assert len(named) > 20
    assert sorted(name for name in set(named) if not list((ROOT / "tests").rglob(name))) == []
