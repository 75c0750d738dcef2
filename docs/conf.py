"""Sphinx configuration of the documentation site: Markdown by MyST, the furo theme.

The pages are plain Markdown, so that they read as well on a forge. What the site needs besides stands here and in the
table of contents of each `index.md`.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pygments.lexers.special import TextLexer

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from generator import __version__  # noqa: E402 (the line above finds it)

project = "GitOps generator"
release = version = __version__
author = "the GitOps generator's authors"
project_copyright = author

extensions = ["myst_parser", "sphinx_copybutton"]
source_suffix = {".md": "markdown"}
exclude_patterns: list[str] = []
myst_heading_anchors = 4
# `--push` is an option, and no dash.
smartquotes = False
myst_enable_extensions = ["attrs_block"]
# A fence that Pygments cannot read must not fail the build: the tests parse them by what they are.
suppress_warnings = ["misc.highlighting_failure"]

html_theme = "furo"
html_title = f"{project} {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
# `$ ` begins a command, and `> ` goes on with it.
copybutton_prompt_text = r"\$ |> "
copybutton_prompt_is_regexp = True
copybutton_only_copy_prompt_lines = True

# Pages of the site whose text lies elsewhere in the repository.
OUTSIDE: Final = {
    "CHANGELOG.md": "changelog",
    "benchmarks/README.md": "reference/performance",
}
# A forge and most editors draw it; the site loads no script that would.
_DIAGRAM: Final = "```{code-block} mermaid\n:caption: A diagram in Mermaid's words, which a forge draws\n\n"
_LINK: Final = re.compile(r"\[(?P<text>[^\]\n]+)\]\((?P<target>[^)\s]+)\)")


def leave_out(app: Sphinx, docname: str, source: list[str]) -> None:
    """Turn links that lead out of `docs/` into links to their page here, or into their text where there is none."""
    folder = (Path(app.srcdir) / docname).parent

    def mended(link: re.Match[str]) -> str:
        target, _, anchor = link["target"].partition("#")
        if not target.startswith("../"):
            return link[0]
        path = (folder / target).resolve()
        if path.is_relative_to(app.srcdir):
            return link[0]
        page = OUTSIDE.get(path.relative_to(ROOT).as_posix())
        if page is None:
            return link["text"]
        up = "../" * docname.count("/")
        return f"[{link['text']}]({up}{page}.md{'#' * bool(anchor)}{anchor})"

    source[0] = _LINK.sub(mended, source[0]).replace("```mermaid\n", _DIAGRAM)


def setup(app: Sphinx) -> None:
    """Register what this file adds to Sphinx."""
    app.connect("source-read", leave_out)
    app.add_lexer("mermaid", TextLexer)
