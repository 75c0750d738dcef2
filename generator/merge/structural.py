"""The three-way merge of YAML trees, as edits of the local text.

What changed from *original* to *updated* is applied to *local*, field by
field; what only a person changed is not touched at all, not even by a space.
Each step returns what the merged part means, and at the end the edited text is
read again and must mean exactly that, with every comment that was there.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from generator import yaml_emit
from generator.merge import identity
from generator.merge.conflict import Conflict, Settle, Side, leave_open
from generator.merge.splice import Editor, Unspliceable, plain
from generator.merge.tree import Document, Node, Parsed, Scalar, Value, comments

_GONE: Final = object()


@dataclass(slots=True)
class _Slot:
    """Where a node of the local text hangs: a field of a map, an item of a list, or a document."""

    parent: Node | None
    key: Node | None
    node: Node
    document: Document

    @property
    def flow(self) -> bool:
        return bool(self.parent and self.parent.flow)


def merge(
    path: str, original: str, local: str, updated: str, settle: Settle = leave_open
) -> tuple[str, list[Conflict]]:
    """The merged text, and the conflicts that ``settle`` left open (the text is of no use then).

    ``SpecError`` where ``local`` is not YAML.
    """
    ours = Parsed(local, path)
    run = _Merge(path, Parsed(original, path), ours, Parsed(updated, path), settle)
    return run.result()


class _Merge:
    def __init__(self, path: str, original: Parsed, local: Parsed, updated: Parsed, settle: Settle) -> None:
        self.path = path
        self.original, self.local, self.updated = original, local, updated
        self.settle = settle
        self.editor = Editor(local)
        self.open: list[Conflict] = []
        self.generated_comments = Counter(comments(original)) + Counter()

    def result(self) -> tuple[str, list[Conflict]]:
        try:
            wanted = self._documents()
            if self.open:
                return self.local.text, self.open
            text = self.editor.result()
            self._prove(text, wanted)
        except Unspliceable as exc:
            return self._as_a_whole(str(exc))
        return text, []

    def _prove(self, text: str, wanted: list[Value]) -> None:
        """The edited text means what was merged, and holds every comment that was there."""
        again = Parsed(text, self.path)
        if again.value != wanted:
            raise Unspliceable("this shape of YAML")
        lost = Counter(comments(self.local)) - Counter(comments(again))
        if lost - self.generated_comments:
            raise Unspliceable(f"a comment would be lost: # {next(iter(lost))}")

    def _as_a_whole(self, reason: str) -> tuple[str, list[Conflict]]:
        """What cannot be merged in place is one conflict over the file."""
        conflict = Conflict(self.path, 1, "", None, f"the file as it is ({reason})", "the file as generated")
        side = self.settle(conflict)
        if side is None:
            return self.local.text, [conflict]
        return (self.local.text if side is Side.LOCAL else self.updated.text), []

    # -- documents ---------------------------------------------------------

    def _documents(self) -> list[Value]:
        """Documents are matched by kind and name; the one of a single-document file is the one there is."""
        before, here, after = (file.documents for file in (self.original, self.local, self.updated))
        if len(before) == len(here) == len(after) == 1:
            slot = _Slot(None, None, here[0].root, here[0])
            return [self._node(before[0].root, slot, after[0].root, ())]
        old = {identity.document(document.root.value): document for document in before}
        new = {identity.document(document.root.value): document for document in after}
        merged: list[Value] = []
        last: dict[identity.Key, Document] = {}
        for document in here:
            name = identity.document(document.root.value)
            last[name] = document
            value = self._document(document, old.get(name), new.get(name), name)
            if value is not _GONE:
                merged.append(value)
        previous = here[-1]
        for name, document in new.items():
            if name not in last and name not in old:
                self.editor.insert_document(previous, document.root.value)
                merged.append(document.root.value)
        return merged

    def _document(
        self, document: Document, old: Document | None, new: Document | None, name: identity.Key
    ) -> Value | Any:
        value = document.root.value
        if new is not None:
            return self._node(old.root if old else None, _Slot(None, None, document.root, document), new.root, ())
        if old is None:
            return value
        field = "/".join(str(part.text if isinstance(part, Scalar) else part) for part in name[1:])
        gone = value == old.root.value or self._settled(document.root, (field,), old.root.value, value, None)
        if not gone:
            return value
        self.editor.delete_document(document)
        return _GONE

    # -- nodes -------------------------------------------------------------

    def _node(self, old: Node | None, slot: _Slot, new: Node, path: tuple[str, ...]) -> Value:
        """Merge one node that is there in local and in updated."""
        before, here, after = old.value if old else None, slot.node.value, new.value
        if after in (before, here):
            return here
        node = slot.node
        if node.kind != "alias":
            if isinstance(here, dict) and isinstance(after, dict) and (old is None or isinstance(before, dict)):
                return self._map(old, slot, new, path)
            if isinstance(here, list) and isinstance(after, list) and (old is None or isinstance(before, list)):
                return self._list(old, slot, new, path)
        if here == before or self._settled(node, path, before, here, after):
            self._replace(slot, after)
            return after
        return here

    def _replace(self, slot: _Slot, value: Value) -> None:
        node = slot.node
        one_line = isinstance(value, Scalar) and "\n" not in value.text
        if node.kind == "scalar" and node.style not in ("|", ">") and one_line:
            self.editor.replace_scalar(node, value, flow=slot.flow)
        elif slot.key is not None and slot.parent is not None:
            self.editor.replace_field(slot.parent, slot.key, node, value)
        elif slot.parent is not None:
            self.editor.replace_item(slot.parent, node, value)
        else:
            self.editor.replace_root(slot.document, value)

    def _map(self, old: Node | None, slot: _Slot, new: Node, path: tuple[str, ...]) -> Value:
        node = slot.node
        before, here, after = old.value if old else {}, node.value, new.value
        assert isinstance(before, dict)
        assert isinstance(here, dict)
        assert isinstance(after, dict)
        if node.flow or not node.pairs:
            return self._rewritten_map(before, slot, after, path)
        merged: dict[str, Value] = dict(here)
        for key in here:
            pair = node.pair(key)
            if key in after:
                old_child = old and _child(old, key)
                new_child = _child(new, key)
                assert new_child is not None
                if pair is None:  # inherited through a merge key
                    merged[key] = self._inherited(slot, key, before.get(key), here[key], after[key], path)
                else:
                    inner = _Slot(node, pair[0], pair[1], slot.document)
                    merged[key] = self._node(old_child, inner, new_child, (*path, key))
            elif key in before and self._goes(pair[1] if pair else node, (*path, key), before[key], here[key]):
                if pair is None:
                    raise Unspliceable("a field that comes through a merge key")
                self.editor.delete_field(node, *pair, self._comments_of(pair[0].start, pair[1].end))
                del merged[key]
        previous: tuple[Node, Node] | None = None
        for key, value in after.items():
            if key in here:
                previous = node.pair(key) or previous
            elif key not in before:
                self.editor.insert_field(node, previous, key, value)
                merged[key] = value
        if not merged:
            raise Unspliceable("a map that would be empty")
        return merged

    def _inherited(
        self, slot: _Slot, key: str, before: Value | None, here: Value, after: Value, path: tuple[str, ...]
    ) -> Value:
        """A changed field that local has from an anchor gets a line of its own; the anchor serves others, too."""
        if after in (before, here):
            return here
        if here == before or self._settled(slot.node, (*path, key), before, here, after):
            self.editor.insert_field(slot.node, slot.node.pairs[-1], key, after)
            return after
        return here

    def _rewritten_map(
        self, before: dict[str, Value], slot: _Slot, after: dict[str, Value], path: tuple[str, ...]
    ) -> Value:
        """A map in braces: scalars in place where nothing else changes, or all of it on one line."""
        node = slot.node
        here = node.value
        assert isinstance(here, dict)
        merged: dict[str, Value] = {}
        for key, value in here.items():
            pair = node.pair(key)
            if key in after and after[key] not in (before.get(key), value):
                changed = value == before.get(key) or self._settled(
                    pair[1] if pair else node, (*path, key), before.get(key), value, after[key]
                )
                merged[key] = after[key] if changed else value
            elif key in after or key not in before or not self._goes(pair[1] if pair else node, (*path, key), before[key], value):
                merged[key] = value
        merged.update({key: value for key, value in after.items() if key not in here and key not in before})
        if merged == here:
            return here
        same_keys = list(merged) == [key.text for key, _ in node.pairs]
        if same_keys and all(
            merged[key.text] == child.value or (child.kind == "scalar" and isinstance(merged[key.text], Scalar))
            for key, child in node.pairs
        ):
            for key, child in node.pairs:
                if merged[key.text] != child.value:
                    self.editor.replace_scalar(child, merged[key.text], flow=True)
        elif node.flow and merged and node.pairs:
            self.editor.edits.append((node.start, node.end, yaml_emit.flow(plain(merged))))
        else:
            self._replace(slot, merged)
        return merged

    def _goes(self, node: Node, path: tuple[str, ...], before: Value, here: Value) -> bool:
        """Whether a field that the generator took out goes here as well."""
        return here == before or self._settled(node, path, before, here, None)

    # -- lists -------------------------------------------------------------

    def _list(self, old: Node | None, slot: _Slot, new: Node, path: tuple[str, ...]) -> Value:
        node = slot.node
        old_items = old.items if old and old.kind == "seq" else []
        name = path[-1].partition("[")[0] if path else ""
        before, here, after = (
            [item.value for item in items] for items in (old_items, node.items, new.items)
        )
        old_keys, keys, new_keys = identity.keys(name, before, here, after)
        ours = _pairs(old_keys, keys, before, here)
        theirs = _pairs(old_keys, new_keys, before, after)
        steps = _Steps(self, slot, path, old_items, new.items)
        if name in identity.SEQUENCES and _both_insert(old_keys, ours, theirs, keys, new_keys):
            if self._settled(node, path, before, here, after):
                self._replace(slot, after)
                return after
            return here
        matched_here = {theirs_index: index for index, theirs_index in _matched(ours, theirs, keys, new_keys)}
        merged = steps.walk(ours, theirs, matched_here)
        if not merged and here:
            raise Unspliceable("a list that would be empty")
        return merged

    # -- conflicts ---------------------------------------------------------

    def _settled(
        self, node: Node, path: tuple[str, ...], before: Value | None, here: Value | None, after: Value | None
    ) -> bool:
        """Note a conflict; whether it was settled in favour of what is generated now."""
        line, _ = self.local.place(node.start)
        conflict = Conflict(self.path, line, _dotted(path), _shown(before), _shown(here), _shown(after))
        side = self.settle(conflict)
        if side is None:
            self.open.append(conflict)
        return side is Side.UPDATED

    def _comments_of(self, start: int, end: int) -> list[str]:
        """A person's comments within a stretch of the text and at the end of its last line."""
        stop = self.local.text.find("\n", end)
        piece = self.local.text[start : stop if stop >= 0 else len(self.local.text)]
        pad = " " * self.local.column(start)
        found = Counter(comments(Parsed(pad + piece, self.path)))
        return list((found - self.generated_comments).elements())


@dataclass(slots=True)
class _Steps:
    """One walk over a list: what goes, what changes, what comes."""

    merge: _Merge
    slot: _Slot
    path: tuple[str, ...]
    old: list[Node]
    new: list[Node]

    def walk(
        self, ours: dict[int, int], theirs: dict[int, int], also: dict[int, int]
    ) -> list[Value]:
        """``ours`` and ``theirs`` map items of the original to those of local and updated; ``also`` new to local."""
        node = self.slot.node
        if node.flow or not node.items:
            return self._rewritten(ours, theirs, also)
        kept: dict[int, Value] = {index: item.value for index, item in enumerate(node.items)}
        position: dict[int, int] = dict(also)
        for index in range(len(self.old)):
            here, after = ours.get(index), theirs.get(index)
            if here is not None and after is not None:
                position[after] = here
                kept[here] = self._merged(here, index, after)
            elif here is not None:
                before = self.old[index].value
                if self.merge._goes(node.items[here], self._at(here), before, kept[here]):
                    item = node.items[here]
                    self.merge.editor.delete_item(node, item, self.merge._comments_of(item.start, item.end))
                    del kept[here]
        for after, here in also.items():
            kept[here] = self._merged(here, None, after)
        return self._with_new(kept, set(theirs.values()) | set(also), position)

    def _with_new(self, kept: dict[int, Value], known: set[int], position: dict[int, int]) -> list[Value]:
        node = self.slot.node
        inserted: dict[int, list[Value]] = {}
        previous = -1
        for index, item in enumerate(self.new):
            if index in position:
                previous = position[index]
            elif index not in known:
                after = node.items[previous] if previous >= 0 else None
                self.merge.editor.insert_item(node, after, item.value)
                inserted.setdefault(previous, []).append(item.value)
        merged = list(inserted.get(-1, []))
        for here in range(len(node.items)):
            if here in kept:
                merged.append(kept[here])
            merged += inserted.get(here, [])
        return merged

    def _merged(self, here: int, old: int | None, after: int) -> Value:
        node = self.slot.node
        inner = _Slot(node, None, node.items[here], self.slot.document)
        return self.merge._node(None if old is None else self.old[old], inner, self.new[after], self._at(here))

    def _rewritten(self, ours: dict[int, int], theirs: dict[int, int], also: dict[int, int]) -> list[Value]:
        """A list in brackets, or an empty one: written anew on one line, or as a block where it was empty."""
        node = self.slot.node
        here = [item.value for item in node.items]
        kept: dict[int, Value] = dict(enumerate(here))
        position = dict(also)
        for index, before_node in enumerate(self.old):
            mine, after = ours.get(index), theirs.get(index)
            before = before_node.value
            if mine is not None and after is not None:
                position[after] = mine
                wanted = self.new[after].value
                if wanted not in (before, kept[mine]) and (
                    kept[mine] == before
                    or self.merge._settled(node.items[mine], self._at(mine), before, kept[mine], wanted)
                ):
                    kept[mine] = wanted
            elif mine is not None and self.merge._goes(node.items[mine], self._at(mine), before, kept[mine]):
                del kept[mine]
        known = set(theirs.values()) | set(also)
        inserted: dict[int, list[Value]] = {}
        previous = -1
        for index, item in enumerate(self.new):
            if index in position:
                previous = position[index]
            elif index not in known:
                inserted.setdefault(previous, []).append(item.value)
        merged = list(inserted.get(-1, []))
        for mine in range(len(here)):
            merged += [kept[mine]] if mine in kept else []
            merged += inserted.get(mine, [])
        if merged != here:
            if node.flow and merged and node.items:
                self.merge.editor.edits.append((node.start, node.end, yaml_emit.flow(plain(merged))))
            else:
                self.merge._replace(self.slot, merged)
        return merged

    def _at(self, here: int) -> tuple[str, ...]:
        last = self.path[-1] if self.path else ""
        return (*self.path[:-1], f"{last}[{here}]")


def _child(node: Node, key: str) -> Node | None:
    """A field's node, through aliases and merge keys; for reading only."""
    while node.kind == "alias" and node.target is not None:
        node = node.target
    pair = node.pair(key)
    if pair:
        return pair[1]
    for name, child in node.pairs:
        if name.text == "<<":
            for source in child.items if child.kind == "seq" else [child]:
                found = _child(source, key)
                if found:
                    return found
    return None


def _pairs(
    old_keys: list[identity.Key], keys: list[identity.Key], before: list[Value], now: list[Value]
) -> dict[int, int]:
    """Which item of a list became which: by key, and between two that stayed, one for one where they are alike."""
    place = {key: index for index, key in enumerate(keys)}
    pairs = {index: place[key] for index, key in enumerate(old_keys) if key in place}
    taken = set(pairs.values())
    for index in range(len(old_keys)):
        if index in pairs:
            continue
        after = pairs.get(index - 1, -1) + 1 if index == 0 or index - 1 in pairs else None
        if after is not None and after < len(keys) and after not in taken and _alike(before[index], now[after]):
            pairs[index] = after
            taken.add(after)
    return pairs


def _alike(one: Value, other: Value) -> bool:
    """Whether an item may be another one renamed: scalars may, maps if most of their fields agree."""
    if isinstance(one, dict) and isinstance(other, dict):
        same = sum(one[key] == other.get(key) for key in one)
        return 2 * same >= max(len(one), len(other)) - 1 and set(one) & set(other) != set()
    return isinstance(one, Scalar) and isinstance(other, Scalar)


def _matched(
    ours: dict[int, int], theirs: dict[int, int], keys: list[identity.Key], new_keys: list[identity.Key]
) -> list[tuple[int, int]]:
    """Items that both sides added under the same key, as (local, updated)."""
    mine, other = set(ours.values()), set(theirs.values())
    place = {key: index for index, key in enumerate(keys) if index not in mine}
    return [(place[key], index) for index, key in enumerate(new_keys) if index not in other and key in place]


def _both_insert(
    old_keys: list[identity.Key],
    ours: dict[int, int],
    theirs: dict[int, int],
    keys: list[identity.Key],
    new_keys: list[identity.Key],
) -> bool:
    """Whether both sides put something into the same gap of a sequence, where the order would be a guess."""
    mine = _gaps(old_keys, ours, keys)
    other = _gaps(old_keys, theirs, new_keys)
    return any(other[gap] != items for gap, items in mine.items() if gap in other)


def _gaps(old_keys: list[identity.Key], pairs: dict[int, int], keys: list[identity.Key]) -> dict[int, list[object]]:
    """What was inserted, by the item of the original after which it stands (-1: before all)."""
    back = {now: index for index, now in pairs.items()}
    gaps: dict[int, list[object]] = {}
    gap = -1
    for index, key in enumerate(keys):
        if index in back:
            gap = back[index]
        else:
            gaps.setdefault(gap, []).append(key[0])
    return gaps


def _dotted(path: tuple[str, ...]) -> str:
    return ".".join(part if "." not in part else f'"{part}"' for part in path)


def _shown(value: Value | None) -> str | None:
    if value is None:
        return None
    try:
        return yaml_emit.flow(plain(value))
    except Unspliceable:
        return str(value)
