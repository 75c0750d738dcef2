"""``python -m benchmarks.fuzz --minutes N``: documents from strangers, read by each of our readers.

Whatever stands in a file, an answer or a reference, a reader understands it or
raises a ``GeneratorError``; anything else is a bug (exit 3) and is printed with
the input that shows it. ``FOUND`` keeps those for the tests, which run all of
this for seconds.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from generator.clients import argocd
from generator.clients.forges import gitea, gitlab
from generator.clients.forges.access import MISREAD
from generator.delivery import build_order, bump, push_queue
from generator.delivery.promotion import marker
from generator.errors import GeneratorError
from generator.git import hosts
from generator.spec import loader
from generator.yaml import kustomization as yaml_kustomization
from generator.yaml.kustomization import Image

SPEC: Final = """version: 1
project: shop
repository: https://git.example.com/acme/shop.git
registry: registry.example.com
environments: {dev: {}, prod: {sync: manual}}
apps:
  web: {image: shop/web, port: 8080, health: /healthz, env: {A: "1"}, environments: {prod: {replicas: 3}}}
"""
OVERLAY: Final = """# by hand
metadata: {annotations: {gitops-generator/built: "ci 12 2026-01-01T00:00:00Z"}}
images:
- name: &a shop/web # the app
  newTag: "1.2"
  digest: sha256:0
- {name: shop/api, newTag: v1}
"""
BUMP: Final = json.dumps({
    "wanted": [{"place": {"app": "web", "environment": "dev", "path": "p", "image": "shop/web"},
                "image": {"name": "shop/web", "tag": "v1", "digest": None}}],
    "source": {"sha": "a"}, "build": {"system": "ci", "number": 1, "url": ""}, "force": False,
})  # fmt: skip
MARKER: Final = (
    'x\n<!-- gitops-generator promotion {"apps":["web"],"content":"ab","source":"dev","target":"prod"} -->\ny'
)
NODE: Final = {
    "kind": "Pod", "name": "web", "health": {"status": "Healthy"}, "images": ["a"],
    "info": [{"name": "a", "value": "b"}],
}  # fmt: skip
APPLICATION: Final = {
    "metadata": {"name": "web"}, "spec": {"syncPolicy": {"automated": {}}},
    "status": {"sync": {"status": "Synced", "revisions": ["a"]}, "health": {"status": "Healthy"},
               "operationState": {"phase": "Running", "retryCount": 1, "syncResult": {"resources": [{}]}},
               "conditions": [{"type": "SyncError", "message": "no"}], "summary": {"images": ["a"]}},
}  # fmt: skip
REQUEST: Final = {
    "number": 1, "iid": 1, "html_url": "u", "web_url": "u", "title": "t", "body": "b", "description": "d",
    "state": "open", "head": {"ref": "h"}, "base": {"ref": "b"}, "source_branch": "h", "target_branch": "b",
    "merged": False, "labels": [],
}  # fmt: skip
PIECES: Final = (
    "&a ", "*a", "<<: *a", "!!python/object:x ", "? ", "- ", ": ", "{", "}", "[", "]", "|\n", ">-\n", "#", "---\n",
    "...\n", '"', "'", "\t", "\r\n", "\n", "\x00", "\x1b[2J", "\u2028", "\ufeff", "\ud7ff", "0x", "1e999", ".nan",
    "null", "~", "on", "2026-99-99", "{environment}", "&a [*a, *a]", "%YAML 1.1\n", "\\", "<!--", "-->", "9" * 400,
    "\u0663", "- - - - ", "%TAG ! x\n",
)  # fmt: skip


def _application(given: Any) -> None:
    with argocd.understood():
        found = argocd.Application(given)
        for name, value in vars(argocd.Application).items():
            if isinstance(value, property):
                getattr(found, name)
        argocd._node(given)


def _request(given: Any) -> None:
    """Ask as ``access.understood`` does around every method."""
    for read in (gitea._request, gitlab._request):
        try:
            read(given)
        except MISREAD:
            continue


def _bump(text: str) -> None:
    push_queue._read("0", text.encode("utf-8", "surrogatepass"))
    try:
        bump.decode(text.encode("utf-8", "surrogatepass"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):  # as `publish` has it
        return


def _overlay(text: str) -> None:
    content = text.encode("utf-8", "surrogatepass")
    for edit in (
        lambda: yaml_kustomization.set_image(content, "x", Image("shop/web", "v2", "sha256:" + "d" * 64)),
        lambda: yaml_kustomization.images(content, "x"), lambda: build_order.read(content, "x"),
        lambda: yaml_kustomization.set_annotation(content, "x", "gitops-generator/built", "ci 13 -"),
    ):  # fmt: skip
        try:
            edit()
        except GeneratorError:
            continue


TEXTS: Final[Mapping[str, tuple[str, Callable[[str], object]]]] = {
    "the loader": (SPEC, loader.parse),
    "the editor of YAML": (OVERLAY, _overlay),
    "the queue": (BUMP, _bump),
    "the marker": (MARKER, marker.read),
    "hosts": ("https://ci@git.example.com:8443/acme/shop.git", hosts.of),
}
ANSWERS: Final[Mapping[str, tuple[Any, Callable[[Any], object]]]] = {
    "Argo CD's Application": (APPLICATION, _application),
    "Argo CD's node": (NODE, _application),
    "a forge's request": (REQUEST, _request),
}
# Inputs that were bugs, by the reader's name: they stay in the tests.
FOUND: Final[Mapping[str, tuple[Any, ...]]] = {
    "the queue": ("[" * 100_000, '{"author": ' + "[" * 100_000),
}


def texts(base: str) -> st.SearchStrategy[str]:
    """Return a document with some places cut out, and odd pieces put in."""
    piece = st.one_of(st.sampled_from(PIECES), st.text(max_size=4))
    edit = st.tuples(st.integers(0, len(base)), st.integers(0, 6), piece)

    def edited(edits: list[tuple[int, int, str]]) -> str:
        text = base
        for place, length, new in edits:
            text = text[:place] + new + text[place + length :]
        return text

    return st.lists(edit, min_size=1, max_size=6).map(edited)


def answers(base: Any) -> st.SearchStrategy[Any]:
    """Return JSON in which some values are of another kind, or missing."""
    names = st.sampled_from(["type", "name", "ref"])
    odd = st.recursive(
        st.sampled_from([None, True, 0, -1, 1.5, "", "x", [], {}, 10**30]),
        lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(names, inner, max_size=2)),
        max_leaves=3,
    )
    if isinstance(base, dict):
        fields = {name: st.one_of(st.just(value), answers(value)) for name, value in base.items()}
        return st.one_of(odd, st.fixed_dictionaries({}, optional=fields))
    if isinstance(base, list):
        return st.one_of(odd, st.lists(st.one_of(*(answers(value) for value in base)), max_size=2) if base else odd)
    return st.one_of(st.just(base), odd)


def read(name: str, given: Any) -> None:
    """Read one input with the reader of that name. Anything but a ``GeneratorError`` is a bug."""
    _, reader = TEXTS.get(name) or ANSWERS.get(name)  # type: ignore[misc]
    try:
        reader(given)
    except GeneratorError:
        return


def inputs(name: str) -> st.SearchStrategy[Any]:
    """Return what the reader of that name is given."""
    return texts(TEXTS[name][0]) if name in TEXTS else answers(ANSWERS[name][0])


def hunt(name: str, seconds: float) -> tuple[int, str]:
    """Give a reader inputs for a while: how many, and the first bug with the input that shows it."""
    stop, count = time.monotonic() + seconds, 0

    @settings(
        deadline=None, database=None, max_examples=500, suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )  # fmt: skip
    @given(inputs(name))
    def once(given: Any) -> None:
        nonlocal count
        count += 1
        read(name, given)

    while time.monotonic() < stop:
        try:
            seed(time.time_ns())(once)()
        except Exception as exc:  # noqa: BLE001 (whatever it is, it is what was looked for)
            return count, "\n".join([f"{type(exc).__name__}: {exc}", *getattr(exc, "__notes__", ())])
    return count, ""


def main() -> None:
    """Run what the module describes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description="Read what strangers may write.")
    parser.add_argument("--minutes", type=float, default=5, metavar="N", help="for all readers together")
    options = parser.parse_args()
    names = [*TEXTS, *ANSWERS]
    failed = False
    for name in names:
        count, bug = hunt(name, 60 * options.minutes / len(names))
        failed = failed or bool(bug)
        print(f"{name}: {count} inputs" + (f"\n{bug}" if bug else ""), flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
