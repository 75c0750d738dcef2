"""The three-way merge of YAML trees, as edits of the local text.

The changes from *original* to *updated* are applied to *local*, field by field.
Parts that only a person changed stay exactly as they are. This module decides
the change of each node (``edit_plan``), and ``splice`` edits the text. At the
end, the edited text is read again: it must have exactly the decided values and
all comments.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from generator.errors import SpecError
from generator.regenerate.merge import field_names, json_text, list_alignment, list_keys
from generator.regenerate.merge.conflict import Conflict, Side, leave_open
from generator.regenerate.merge.edit_plan import Kept, New, Page, Part, Within
from generator.regenerate.merge.splice import Splicer
from generator.regenerate.merge.values import Unspliceable, shown
from generator.yaml.reader import Parsed
from generator.yaml.tree import NULL, Node, Scalar, Value, inherited, meaning

if TYPE_CHECKING:
    from generator.regenerate.merge.conflict import Settle
    from generator.regenerate.merge.edit_plan import Change
    from generator.regenerate.merge.list_alignment import Row

Path = tuple[str | field_names.Item, ...]


def merge(
    path: str, original: str, local: str, updated: str, settle: Settle = leave_open
) -> tuple[str, list[Conflict]]:
    """Return the merged text, and the conflicts that ``settle`` left open (the text is then useless).

    Raises:
        SpecError: ``local`` is not valid YAML.
    """
    before, here, after = Parsed(original, path), Parsed(local, path), Parsed(updated, path)
    decisions = _Decisions(here, settle)
    pages = decisions.pages(before, after)
    if decisions.open:
        return local, decisions.open
    try:
        return _edited(before, here, after, pages), []
    except Unspliceable as exc:
        return _whole(path, local, updated, str(exc), settle)


def _edited(original: Parsed, local: Parsed, updated: Parsed, pages: list[Page]) -> str:
    """Return the local text with all changes, after a check of the result."""
    generated = Counter(comment.says for comment in original.comments())
    splicer = Splicer(local, generated)
    head, new_head = _head(original), _head(updated)
    if head != new_head and head and local.text.startswith(head):
        splicer.replace_head(len(head), new_head)
    for alias, value in _orphans(local, pages):
        splicer.write_out(alias, value)
    splicer.write(pages)
    text, again = _reread(splicer.results(), local.path, [page.change.value for page in pages])
    if json_text.is_json(local.path) and not json_text.is_valid(text):
        raise Unspliceable("it is no JSON")
    lost = Counter(comment.says for comment in local.comments())
    lost -= Counter(comment.says for comment in again.comments()) + generated
    if lost:
        raise Unspliceable(f"a comment would be lost: # {next(iter(lost))}")
    return text


def _reread(texts: Sequence[str], path: str, wanted: list[Value]) -> tuple[str, Parsed]:
    """Return the first text with the ``wanted`` values, and its parsed form."""
    for text in texts:
        with suppress(SpecError):
            again = Parsed(text, path)
            if again.value == wanted:
                return text, again
    raise Unspliceable("this shape of YAML")


def _whole(path: str, local: str, updated: str, reason: str, settle: Settle) -> tuple[str, list[Conflict]]:
    """Return one conflict about a whole file that cannot be merged in place."""
    conflict = Conflict(path, 1, "", None, f"the file as it is ({reason})", "the file as generated")
    side = settle(conflict)
    if side is None:
        return local, [conflict]
    return (local if side is Side.LOCAL else updated), []


def _head(parsed: Parsed) -> str:
    """Return the comments at the top of a file."""
    return parsed.text[: parsed.documents[0].mark] if parsed.documents else ""


def _orphans(local: Parsed, pages: Sequence[Page]) -> Iterator[tuple[Node, Value]]:
    """Yield the aliases that stay although their anchors are removed, with their values."""
    if not local.has_aliases:
        return
    staying: set[Node] = set()
    for page in pages:
        if page.document:
            staying.update(_staying(page.document.root, page.change))
    for node in staying:
        if node.target and node.target not in staying:
            yield node, node.target.value


def _staying(node: Node, change: Change) -> Iterator[Node]:
    """Yield the nodes whose text, or at least whose anchor, stays after a change."""
    if isinstance(change, Kept):
        yield from node.walk()
        return
    if not (isinstance(change, New) and node.kind == "alias"):
        yield node
    for part in change.parts if isinstance(change, Within) else ():
        if part.entry:
            yield from _staying(part.entry.node, part.change)


class _Decisions:
    """The decisions about each node of a local file, and the open conflicts."""

    def __init__(self, local: Parsed, settle: Settle) -> None:
        self.local = local
        self.settle = settle
        self.open: list[Conflict] = []
        # The new values of changed nodes; stored only if an alias may refer to them.
        self._values: dict[Node, Value] = {}
        # The alias through which nodes are visited, if they are not visited at their own place.
        self._through: Node | None = None

    # -- documents ---------------------------------------------------------

    def pages(self, original: Parsed, updated: Parsed) -> list[Page]:
        """Match documents by kind and name; in a file with a single document, that one matches."""
        before, here, after = original.value, self.local.documents, updated.value
        if len(before) == len(here) == len(after) == 1:
            return [Page(here[0], self._node(before[0], here[0].root, after[0], ()))]
        rows = list_alignment.documents(before, self.local.value, after)
        changes = self._rows(rows, before, [document.root for document in here], after, _document_path)
        return [Page(None if row.here is None else here[row.here], change) for row, change in changes]

    # -- nodes -------------------------------------------------------------

    def _field(self, before: Value | None, node: Node, after: Value | None, path: Path) -> Change | None:
        """Return the change of a node in local; None if it is removed."""
        if after is not None:
            return self._node(before, node, after, path)
        if before is not None and self._yields(node, path, before, node.value, None):
            return None
        return self._kept(node)

    def _node(self, before: Value | None, node: Node, after: Value, path: Path) -> Change:
        change = self._changed(before, node, after, path)
        if self.local.has_aliases and not self._through:
            self._values[node] = change.value
        return change

    def _changed(self, before: Value | None, node: Node, after: Value, path: Path) -> Change:
        here = node.value
        if after in (before, here):
            kept = self._kept(node)
            if kept.value == here:
                return kept
            # The alias refers to a node that changes, but its own value must stay.
            before = after = here
        if node.kind == "alias":
            return self._alias(before, node, after, path)
        if _is_like(dict, before, here, after):
            return self._map(_filled(before, {}), node, _filled(after, {}), path)
        if _is_like(list, before, here, after):
            return self._list(_filled(before, []), node, _filled(after, []), path)
        return New(after) if self._yields(node, path, before, here, after) else self._kept(node)

    def _kept(self, node: Node) -> Kept:
        return Kept(self._now(node))

    def _now(self, node: Node) -> Value:
        """Return the value of a node after the changes decided so far, if its own text does not change."""
        if self._through or not self.local.has_aliases:
            return node.value
        return self._values[node] if node in self._values else meaning(node, self._now)

    def _alias(self, before: Value | None, node: Node, after: Value, path: Path) -> Change:
        """Keep an alias if its anchor gets the right value; otherwise, write out the value."""
        assert node.target is not None
        change = self._elsewhere(node, before, node.target, after, path)
        assert change is not None
        return Kept(change.value) if self._now(node) == change.value else New(change.value)

    def _elsewhere(self, at: Node, before: Value | None, node: Node, after: Value | None, path: Path) -> Change | None:
        """Return the change of a node for the place ``at`` of an alias.

        At its own place, the node may change in another way.
        """
        outer, self._through = self._through, self._through or at
        change = self._field(before, node, after, path)
        self._through = outer
        return change

    # -- maps --------------------------------------------------------------

    def _map(self, before: Mapping[str, Value], node: Node, after: Mapping[str, Value], path: Path) -> Change:
        own = {entry.name: entry for entry in node.entries}
        given = inherited(node, self._now)
        changes: dict[str, Change] = {}
        for key, child in _fields(node).items():
            sides = before.get(key), child, after.get(key), (*path, key)
            if key in own:
                change = self._field(*sides)
            elif key in given and key not in before and key not in after:
                change = Kept(given[key])
            else:
                change = self._elsewhere(node, *sides)
            if change:
                changes[key] = change
        here = _filled(node.value, {})
        changes |= {key: New(value) for key, value in after.items() if key not in here and key not in before}
        value = {key: change.value for key, change in changes.items()}
        if given.keys() <= value.keys():
            changes |= {entry.name: Kept(NULL) for entry in node.entries if entry.inherits}
        else:
            given = {}  # The fields from the merge key are written out, except removed ones.
        stay = [name for name in own if name in changes]
        new = [name for name in changes if name not in own and given.get(name) != value[name]]
        order = list_alignment.weave(stay, [*(key for key in after if key in stay or key in new), *new])
        parts = [Part(own.get(name), changes[name] if name in own else New(value[name]), name) for name in order]
        return _within(node, value, parts)

    # -- lists -------------------------------------------------------------

    def _list(self, before: list[Value], node: Node, after: list[Value], path: Path) -> Change:
        here = [item.value for item in node.items]
        name = path[-1] if path and isinstance(path[-1], str) else ""
        rows = list_alignment.rows(name, before, here, after)
        if rows is None:
            return New(after) if self._yields(node, path, before, here, after) else self._kept(node)
        changes = self._rows(
            rows, before, node.items, after, lambda index, _: (*path, field_names.Item(name, index, here))
        )
        parts = [Part(None if row.here is None else node.entries[row.here], change) for row, change in changes]
        return _within(node, [part.change.value for part in parts], parts)

    def _rows(
        self,
        rows: Sequence[Row],
        before: Sequence[Value],
        here: Sequence[Node],
        after: Sequence[Value],
        path: Callable[[int, Sequence[Node]], Path],
    ) -> list[tuple[Row, Change]]:
        """Return the changes of a list's items, or of a file's documents, without removed ones."""
        changes: dict[Row, Change | None] = {}
        # The order of the text is used, so that anchors come before their aliases.
        for row in sorted(rows, key=lambda row: -1 if row.here is None else row.here):
            old = None if row.old is None else before[row.old]
            new = None if row.new is None else after[row.new]
            if row.here is not None:
                changes[row] = self._field(old, here[row.here], new, path(row.here, here))
            else:
                changes[row] = None if new is None else New(new)
        return [(row, change) for row in rows if (change := changes[row])]

    # -- conflicts ---------------------------------------------------------

    def _yields(self, node: Node, path: Path, before: Value | None, here: Value, after: Value | None) -> bool:
        """Tell whether the generated value replaces the local one: it has no edit, or ``settle`` has decided so."""
        if here == before:
            return True
        line, _ = self.local.place((self._through or node).start)
        conflict = Conflict(self.local.path, line, field_names.written(path), shown(before), shown(here), shown(after))
        side = self.settle(conflict)
        if side is None:
            self.open.append(conflict)
        return side is Side.UPDATED


def _fields(node: Node) -> dict[str, Node]:
    """Return the fields of a map by name: its own, then those from merge keys."""
    found = {entry.name: entry.node for entry in node.entries if not entry.inherits}
    for entry in node.entries:
        for source in entry.sources if entry.inherits else ():
            for name, child in _fields(source.target or source).items():
                found.setdefault(name, child)
    return found


def _within(node: Node, value: Value, parts: list[Part]) -> Change:
    """Return a change of a map or list in place if any part of it stays, else a new value."""
    if all(part.entry and isinstance(part.change, Kept) for part in parts) and len(parts) == len(node.entries):
        entries = [part.entry for part in parts]
        if entries == node.entries and node.entries:
            return Kept(value)
    return Within(value, node, parts) if any(part.entry for part in parts) else New(value)


def _is_like(kind: type[Any], before: Value | None, here: Value, after: Value) -> bool:
    """Tell whether all three are maps (or lists), or missing."""
    return isinstance(after, kind) and all(isinstance(value, kind) or value in (None, NULL) for value in (before, here))


def _filled(value: Value | None, empty: Any) -> Any:
    return value if isinstance(value, type(empty)) else empty


def _document_path(index: int, roots: Sequence[Node]) -> Path:
    """Return the start of the path of a document's fields; empty if there is only one document."""
    words = [part.text for part in list_keys.document(roots[index].value)[1:] if isinstance(part, Scalar)]
    return ("/".join(words),) if len(roots) > 1 and words else ()
