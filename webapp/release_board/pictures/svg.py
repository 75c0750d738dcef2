"""Write SVG: escaped elements, short numbers, and the document.

Elements have no styles: colours come from classes, so that a strict Content-Security-Policy allows them and the dark
theme can change them.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable

Href = Callable[..., str | None]
# Characters that XML does not allow, and those that change the direction of text.
_HARMFUL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_LINKS = re.compile(r"https?://|[/?#](?!/)", re.ASCII)


def number(value: float) -> str:
    """Return a number with one decimal at most."""
    short = f"{value:.1f}".removesuffix(".0")
    return "0" if short == "-0" else short


def harmless(words: str) -> str:
    """Return a text with all characters replaced that XML does not allow or that change its direction."""
    return _HARMFUL.sub("\ufffd", words)


def element(name: str, *children: str, **attributes: str | float | None) -> str:
    """Return an element; `children` are elements as text. `class_` means `class`, `text_anchor` means `text-anchor`."""
    pairs = "".join(f' {_name(key)}="{_value(value)}"' for key, value in attributes.items() if value is not None)
    return f"<{name}{pairs}>{''.join(children)}</{name}>" if children else f"<{name}{pairs}/>"


def _name(key: str) -> str:
    return key.removesuffix("_").replace("_", "-")


def _value(value: str | float) -> str:
    return html.escape(harmless(value)) if isinstance(value, str) else number(value)


def words(content: str) -> str:
    """Return a text escaped as the content of an element."""
    return html.escape(harmless(content), quote=False)


def label(x: float, y: float, content: str, class_: str = "", anchor: str | None = None) -> str:
    """Return a line of text. It begins at `x`, unless `anchor` is `middle` or `end`."""
    return element("text", words(content), x=x, y=y, class_=class_ or None, text_anchor=anchor)


def titled(content: str, *children: str, href: str | None = None) -> str:
    """Return elements with a title: as a link if `href` is a safe address."""
    title = element("title", words(content))
    if href and _LINKS.match(href):
        return element("a", title, *children, href=href, aria_label=content)
    return element("g", title, *children)


def picture(kind: str, title: str, description: str, width: float, height: float, *body: str) -> str:
    """Return a document. Only without links, its role is an image: assistive technology skips links in images."""
    inside = "".join(body)
    return element(
        "svg",
        element("title", words(title)),
        element("desc", words(description)),
        inside,
        xmlns="http://www.w3.org/2000/svg",
        class_=f"picture {kind}",
        role="graphics-document" if "<a " in inside else "img",
        viewBox=f"0 0 {number(width)} {number(height)}",
        width=width,
        height=height,
    )


def wide(content: str, size: float = 12) -> float:
    """Return the estimated width of a line of text in a wide font."""
    letters = sum(1.0 if unicodedata.east_asian_width(one) in "WF" else 0.62 for one in content)
    return letters * size


def fitting(content: str, width: float, size: float = 12) -> str:
    """Return a text cut to fit a width, with an ellipsis."""
    content = harmless(content)
    if wide(content, size) <= width:
        return content
    while content and wide(content + "…", size) > width:
        content = content[:-1]
    return content + "…"
