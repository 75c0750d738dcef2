"""The documentation site is built without a warning, and every link in it leads somewhere."""

from __future__ import annotations

import subprocess
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from testing.pages import DOCS, ROOT, anchors, links, pages

pytestmark = pytest.mark.slow


class Page(HTMLParser):
    """The anchors of a page, and what it refers to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.targets: set[str] = set()
        self.scripts: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.anchors.add(value)
            elif name in ("href", "src") and value:
                (self.scripts if tag in ("script", "link", "img") else self.targets).add(value)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Page]:
    """Return every page of the built site, by its path in it."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [ROOT / "scripts/docs", folder],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return {path.relative_to(folder): Page(path.read_text()) for path in folder.rglob("*.html")}


@pytest.mark.full
def test_every_page_is_in_the_site(site: dict[Path, Page]) -> None:
    assert {path.relative_to(DOCS).with_suffix(".html") for path in DOCS.rglob("*.md")} <= set(site)


@pytest.mark.full
def test_every_link_of_the_site_leads_to_a_page_and_an_anchor(site: dict[Path, Page]) -> None:
    lost: list[str] = []
    for path, page in site.items():
        for target in page.targets:
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            there = Path(*_normal(path.parent, unquote(parts.path))) if parts.path else path
            found = site.get(there)
            if found is None:
                if there.suffix == ".html" or not parts.path:
                    lost.append(f"{path}: {target}")
            elif parts.fragment and parts.fragment not in found.anchors:
                lost.append(f"{path}: {target}")
    assert not lost


@pytest.mark.full
def test_the_site_loads_nothing_from_another_server(site: dict[Path, Page]) -> None:
    foreign = {f"{path}: {target}" for path, page in site.items() for target in page.scripts if urlsplit(target).netloc}
    assert not foreign


def test_every_link_leads_somewhere_on_a_forge_too() -> None:
    lost: list[str] = []
    for link in links():
        parts = urlsplit(link.target)
        if parts.scheme:
            if parts.scheme not in ("https", "http", "mailto") or not (parts.netloc or parts.scheme == "mailto"):
                lost.append(f"{link}: no address")
            continue
        page = ROOT / link.page
        there = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        if not there.exists():
            lost.append(f"{link}: no such file")
        elif parts.fragment and there.suffix == ".md" and parts.fragment not in anchors(_relative(there)):
            lost.append(f"{link}: no such heading")
    assert not lost


def test_the_pages_are_found() -> None:
    assert {"README.md", "docs/index.md", "docs/concepts/writers.md"} <= set(pages())


def _relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _normal(folder: Path, target: str) -> list[str]:
    parts: list[str] = list(folder.parts)
    for part in target.split("/"):
        if part == "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return parts
