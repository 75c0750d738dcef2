"""The documentation as the tests read it: its pages, the code blocks in them, and the anchors that links may name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any, Final, NamedTuple

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from generator.spec import language
from testing import ROOT

DOCS: Final = ROOT / "docs"
# Markdown that readers meet outside the site.
BESIDE: Final = (
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "AGENTS.md",
    "benchmarks/README.md",
    "webapp/README.md",
)


class Block(NamedTuple):
    """A fenced code block: its page, the line of its fence (1-based), its language and its text."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


class Link(NamedTuple):
    """A link of a page, and the line (1-based) of the paragraph or table row that it stands in."""

    page: str
    line: int
    target: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line} -> {self.target}"


def pages() -> list[str]:
    """Return the paths of all pages, relative to the repository."""
    beside = [name for name in BESIDE if (ROOT / name).is_file()]
    return sorted([*(path.relative_to(ROOT).as_posix() for path in DOCS.rglob("*.md")), *beside])


@cache
def tokens(page: str) -> list[Token]:
    """Parse a page."""
    return MarkdownIt("commonmark").enable("table").parse((ROOT / page).read_text())


def blocks(*only: str) -> Iterator[Block]:
    """Yield every code block of these pages, or of all of them, without the directives of MyST."""
    for page in only or pages():
        for token in tokens(page):
            if token.type == "fence" and not token.info.startswith("{"):
                assert token.map is not None
                yield Block(page, token.map[0] + 1, token.info.strip(), token.content)


def links() -> Iterator[Link]:
    """Yield every link of every page."""
    for page in pages():
        line = 0
        for token in tokens(page):
            line = token.map[0] + 1 if token.map else line
            for child in token.children or ():
                target = child.attrGet("href" if child.type == "link_open" else "src")
                if child.type in ("link_open", "image") and target:
                    yield Link(page, line, str(target))


def codes() -> Iterator[Link]:
    """Yield every piece of text that is set as code, as the `target` of a link."""
    for page in pages():
        line = 0
        for token in tokens(page):
            line = token.map[0] + 1 if token.map else line
            for child in token.children or ():
                if child.type == "code_inline":
                    yield Link(page, line, child.content)


@cache
def anchors(page: str) -> frozenset[str]:
    """Return the anchors of a page's headings, as forges and the site make them."""
    found: list[str] = []
    stream = tokens(page)
    for token, inline in pairwise(stream):
        if token.type == "heading_open":
            text = "".join(child.content for child in inline.children or () if child.type in ("text", "code_inline"))
            slug = re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
            seen = sum(1 for other in found if re.fullmatch(rf"{re.escape(slug)}(-\d+)?", other))
            found.append(f"{slug}-{seen}" if seen else slug)
    return frozenset(found)


# Fields that every spec has, for blocks that show only some.
AROUND: Final[dict[str, Any]] = {
    "version": 1,
    "project": "shop",
    "repository": "https://git.example.com/acme/shop-gitops.git",
    "registry": "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
    "environments": {"dev": {}, "staging": {}, "prod": {"sync": "manual"}},
    "apps": {"web": {"image": "shop/web", "port": 8080}},
}


def as_spec(text: str) -> str | None:
    """Return a whole generator.yaml that holds these lines; None if they are none of its."""
    documents = list(yaml.safe_load_all(text))
    if len(documents) != 1 or not isinstance(documents[0], dict):
        return None
    fields = set(documents[0])
    if "project" in fields and "apps" in fields:
        return text
    if fields <= set(language.SPEC.fields):
        rest = {name: value for name, value in AROUND.items() if name not in fields}
        return text + "\n" + yaml.safe_dump(rest, sort_keys=False)
    if fields <= set(language.WORKLOAD):
        rest = {name: value for name, value in AROUND.items() if name != "apps"}
        app = {"image": "shop/web", "port": 8080}
        given = {
            name: value
            for name, value in app.items()
            if name not in fields and not (name == "port" and "ports" in fields)
        }
        lines = "".join(f"    {line}\n" for line in text.splitlines())
        return f"{yaml.safe_dump(rest, sort_keys=False)}apps:\n  web:\n{lines}" + "".join(
            f"    {name}: {value}\n" for name, value in given.items()
        )
    return None
