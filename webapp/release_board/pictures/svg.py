"""SVG as text: elements, escaped; numbers, short; and the document around them.

Nothing has a style of its own: colours come from classes, so that a strict policy of content allows them and the dark
theme changes them.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable

Href = Callable[..., str | None]
# What XML cannot hold, and what turns the direction of the text around it.
_HARMFUL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_LINKS = re.compile(r"https?://|[/?#](?!/)", re.ASCII)


def number(value: float) -> str:
    """Return a number with one decimal at most."""
    short = f"{value:.1f}".removesuffix(".0")
    return "0" if short == "-0" else short


def harmless(words: str) -> str:
    """Return text that XML can hold, with each other character replaced."""
    return _HARMFUL.sub("\ufffd", words)


def element(name: str, *children: str, **attributes: str | float | None) -> str:
    """Write an element; `children` are written elements, too. `class_` is `class`, `text_anchor` is `text-anchor`."""
    pairs = "".join(f' {_name(key)}="{_value(value)}"' for key, value in attributes.items() if value is not None)
    return f"<{name}{pairs}>{''.join(children)}</{name}>" if children else f"<{name}{pairs}/>"


def _name(key: str) -> str:
    return key.removesuffix("_").replace("_", "-")


def _value(value: str | float) -> str:
    return html.escape(harmless(value)) if isinstance(value, str) else number(value)


def words(content: str) -> str:
    """Write text as the content of an element."""
    return html.escape(harmless(content), quote=False)


def label(x: float, y: float, content: str, class_: str = "", anchor: str | None = None) -> str:
    """Write a line of text; `anchor` is `middle` or `end` where it does not begin at `x`."""
    return element("text", words(content), x=x, y=y, class_=class_ or None, text_anchor=anchor)


def titled(content: str, *children: str, href: str | None = None) -> str:
    """Write elements with a text that tells what they are: a link, if there is a harmless address to go to."""
    title = element("title", words(content))
    if href and _LINKS.match(href):
        return element("a", title, *children, href=href, aria_label=content)
    return element("g", title, *children)


def picture(kind: str, title: str, description: str, width: float, height: float, *body: str) -> str:
    """Write a document. Links are out of reach in what is an image to assistive technology: with some it is none."""
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
    """Estimate how wide a line of text is, by a wide font."""
    letters = sum(1.0 if unicodedata.east_asian_width(one) in "WF" else 0.62 for one in content)
    return letters * size


def fitting(content: str, width: float, size: float = 12) -> str:
    """Cut text so that it fits, with an ellipsis for the rest."""
    content = harmless(content)
    if wide(content, size) <= width:
        return content
    while content and wide(content + "…", size) > width:
        content = content[:-1]
    return content + "…"
