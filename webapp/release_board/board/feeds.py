"""The activity as feeds: Atom (RFC 4287) and JSON Feed 1.1. All text in them is plain text, never markup."""

import json
import uuid
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from release_board.board.activity import Entry

ATOM = "http://www.w3.org/2005/Atom"
JSON_FEED = "https://jsonfeed.org/version/1.1"
TITLE = "Release board: activity"
# A fixed prefix, so that an entry has the same id at all addresses of the board.
_NAMES = uuid.UUID("5f0c8b7e-8d1a-4d0c-9c55-0f7b8a2c9e11")


@dataclass(frozen=True)
class Item:
    """An entry and the address of its page."""

    entry: Entry
    url: str

    @property
    def id(self) -> str:
        """Return an id that is unique for the commit."""
        return uuid.uuid5(_NAMES, self.entry.commit).urn

    @property
    def text(self) -> str:
        """Return the entry's content as plain text."""
        lines = [self.entry.subject]
        for row in self.entry.cells:
            change = f"{row.before_tag or '-'} → {row.tag or '-'}" if row.image_changed else row.tag or "-"
            lines.append(f"{row.app} in {row.environment}: {row.action}, {change}")
        if self.entry.total > len(self.entry.cells):
            lines.append(f"and {self.entry.total - len(self.entry.cells)} more")
        lines += [f"Reason: {reason}" for reason in self.entry.reasons]
        return "\n".join(lines)


def atom(items: Sequence[Item], page: str, own: str) -> bytes:
    """Return the feed as Atom; `page` is the URL of the page, `own` is the URL of the feed."""
    ElementTree.register_namespace("", ATOM)
    feed = ElementTree.Element(f"{{{ATOM}}}feed")
    _add(feed, "title", TITLE)
    _add(feed, "id", uuid.uuid5(_NAMES, own).urn)
    _add(feed, "updated", _time(max((item.entry.at for item in items), default=0)))
    _add(feed, "link", href=page, rel="alternate", type="text/html")
    _add(feed, "link", href=own, rel="self", type="application/atom+xml")
    for item in items:
        entry = _add(feed, "entry")
        _add(entry, "title", item.entry.title, type="text")
        _add(entry, "id", item.id)
        _add(entry, "updated", _time(item.entry.at))
        _add(_add(entry, "author"), "name", item.entry.author or "unknown")
        _add(entry, "link", href=item.url, rel="alternate", type="text/html")
        _add(entry, "content", item.text, type="text")
        for mark in item.entry.marks:
            _add(entry, "category", term=mark)
    found: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return found


def json_feed(items: Sequence[Item], page: str, own: str) -> bytes:
    """Return the feed as JSON Feed; see `atom`."""
    feed = {
        "version": JSON_FEED,
        "title": TITLE,
        "home_page_url": page,
        "feed_url": own,
        "items": [
            {
                "id": item.id,
                "url": item.url,
                "title": item.entry.title,
                "content_text": item.text,
                "date_published": _time(item.entry.at),
                "authors": [{"name": item.entry.author or "unknown"}],
                "tags": list(item.entry.marks),
            }
            for item in items
        ],
    }
    return json.dumps(feed, indent=1).encode()


def _add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
    found = ElementTree.SubElement(
        parent, f"{{{ATOM}}}{name}", {key: _plain(value) for key, value in attributes.items()}
    )
    found.text = _plain(text) or None
    return found


def _plain(text: str) -> str:
    """Return a text with characters that XML does not allow replaced by the replacement character."""
    return "".join(
        one if one in "\t\n\r" or (ord(one) >= 32 and ord(one) not in {0xFFFE, 0xFFFF}) else "\ufffd" for one in text
    )


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
