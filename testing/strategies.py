"""Files for the merge: as the generator writes them, as people rewrite them, and edits of both.

Everything is built from one source of random numbers, so that hypothesis can
shrink it and a long run can do without hypothesis.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from random import Random
from typing import Any

from hypothesis import strategies as st

from generator.yaml import emit as yaml_emit

SEQUENCES = ("args", "command", "commands")


@dataclass(frozen=True)
class Case:
    """Three versions of a file, as data and as text, and what else might have been generated.

    A person's own lines hold the word ``mine``.
    """

    values: tuple[list[Any], list[Any], list[Any]]
    original: str
    local: str
    updated: str
    other: str

    @property
    def has_aliases(self) -> bool:
        return ": *" in self.local or "- *" in self.local


def cases(**style: Any) -> st.SearchStrategy[Case]:
    return st.randoms(use_true_random=False).map(lambda random: case(random, **style))


def case(random: Random, **style: Any) -> Case:
    maker = Maker(random)
    original = [maker.document() for _ in range(random.choice((1, 1, 1, 2, 3)))]
    local = maker.edited(original, "mine", random.randrange(6))
    updated = maker.edited(original, "new", random.randrange(6))
    other = maker.edited(original, "other", random.randrange(3))
    text = Writer(random, **style).write(local)
    return Case((original, local, updated), generated(original), text, generated(updated), generated(other))


def generated(documents: list[Any]) -> str:
    return "# Generated. Edit it as you like.\n" + "---\n".join(map(yaml_emit.dump, documents))


class Maker:
    """Makes documents in the shapes that are generated, and edits them."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.count = 0

    def word(self, prefix: str = "") -> str:
        """Return a word unlike every other one, so that nothing is taken for something else renamed."""
        self.count += 1
        letter = chr(ord("a") + self.count % 26)
        return (
            prefix
            + letter * (3 + self.count // 26)
            + ("" if self.random.random() < 0.8 else self.random.choice("-_./"))
        )

    def scalar(self) -> Any:
        return self.random.choice([
            self.word(), self.word(), self.random.randrange(10_000), True, False, "", "on", "1.10", "8080", None, 1.5,
            "a: b", "# no comment", "x # y", " spaced ", "it's", 'say "so"', "ünï", "line\nline", "line\n\n  deep\n",
            f"set -e\n# {self.word()}\nexit 1\n", "trailing  \nspaces", "*star", "&and", "{brace", "- dash", "a\n\n", "~", "\t",
        ])  # fmt: skip

    def some(self, make: Any, low: int = 0, high: int = 4) -> list[Any]:
        return [make() for _ in range(self.random.randint(low, high))]

    def document(self) -> Any:
        return self.random.choice(
            [self.deployment, self.deployment, self.kustomization, self.application, self.buildspec]
        )()

    def about(self, kind: str) -> dict[str, Any]:
        labels = {self.word("app/"): self.word() for _ in range(self.random.randint(1, 3))}
        return {"apiVersion": "v1", "kind": kind, "metadata": {"name": self.word(), "labels": labels}}

    def container(self) -> dict[str, Any]:
        name, random = self.word(), self.random
        full = {
            "name": name,
            "image": self.word(),
            "command": self.some(self.word, 1),
            "args": self.some(self.word, 1),
            "env": self.some(lambda: {"name": self.word(), "value": self.word()}, 1),
            "envFrom": self.some(lambda: {"secretRef": {"name": self.word()}}, 1),
            "ports": self.some(lambda: {"name": self.word(), "containerPort": self.count}, 1),
            "resources": {"requests": {"cpu": self.word(), "memory": self.word()}, "limits": {"memory": self.word()}},
            "probe": {"httpGet": {"path": self.word(), "port": "http"}, "periodSeconds": 5},
            "volumeMounts": self.some(lambda: {"name": "tmp", "mountPath": self.word()}, 1),
            "securityContext": {"capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": True},
        }
        return {key: value for key, value in full.items() if key == "name" or random.random() < 0.6}

    def deployment(self) -> Any:
        volumes = self.some(lambda: {"name": self.word(), self.random.choice(["emptyDir", "configMap"]): {}})
        pod = {"serviceAccountName": self.word(), "containers": self.some(self.container, 1, 3), "volumes": volumes}
        labels = {"labels": {"app": self.word()}}
        return {**self.about("Deployment"), "spec": {"replicas": 1, "template": {"metadata": labels, "spec": pod}}}

    def kustomization(self) -> Any:
        literals = [f"{self.word()}={self.word()}" for _ in range(self.random.randint(0, 3))]
        return {
            "kind": "Kustomization",
            "namespace": self.word(),
            "resources": self.some(self.word, 1, 5),
            "images": self.some(lambda: {"name": self.word(), "newTag": self.word()}, 0, 2),
            "configMapGenerator": [{"name": self.word(), "literals": literals}],
            "patches": self.some(lambda: {"path": self.word()}, 0, 2),
        }

    def application(self) -> Any:
        spec = {
            "project": self.word(),
            "source": {"repoURL": self.word(), "path": self.word(), "directory": {"recurse": True}},
            "syncPolicy": {"automated": {"prune": True}, "syncOptions": [f"{self.word()}=true" for _ in range(3)]},
            "ignoreDifferences": [{"group": self.word(), "kind": self.word(), "jsonPointers": ["/spec"]}],
        }
        return {**self.about("Application"), "spec": spec}

    def buildspec(self) -> Any:
        def commands() -> dict[str, Any]:
            return {"commands": self.some(lambda: self.word(self.random.choice(["", "", "if x; then\n  # "])), 1, 4)}

        return {
            "version": 0.2,
            "kind": self.word(),
            "phases": {name: commands() for name in ("install", "build", "post_build")},
        }

    # -- edits -------------------------------------------------------------

    def edited(self, documents: list[Any], mark: str, count: int) -> list[Any]:
        result = copy.deepcopy(documents)
        for _ in range(count):
            if len(result) > 1 and self.random.random() < 0.05:
                del result[self.random.randrange(len(result))]
            elif self.random.random() < 0.03:
                result.append(self.document())
            else:
                self.edit(self.random.choice(result), "", mark)
        return result

    def edit(self, value: Any, field: str, mark: str) -> None:
        """Make one edit of a map or list, or of one somewhere in it."""
        inner = [(key, item) for key, item in (value.items() if isinstance(value, dict) else enumerate(value))
                 if isinstance(item, dict | list) and item and key not in ("metadata", "labels")]  # fmt: skip
        if inner and self.random.random() < 0.85:
            key, item = self.random.choice(inner)
            self.edit(item, key if isinstance(key, str) else "", mark)
        elif isinstance(value, dict):
            self.edit_map(value, mark)
        else:
            self.edit_list(value, field, mark)

    def edit_map(self, value: dict[str, Any], mark: str) -> None:
        keys = [key for key in value if key not in ("name", "kind", "path", "mountPath", "containerPort", "group")]
        action = self.random.choice(("change", "change", "delete", "add", "add", "rewrite", "empty"))
        if action == "add" or not keys:
            name = self.random.choice((self.word(mark), self.word(mark), "shared"))
            items = list(value.items())
            new = self.random.choice(
                (f"{mark} {self.word()}", {f"{mark}in": self.word()}, [self.word(mark)], {}, self.scalar())
            )
            items.insert(self.random.randint(0, len(items)), (name, new))
            value.clear()
            value.update(items)
            return
        key = self.random.choice(keys)
        if action == "delete":
            del value[key]
        elif action == "empty" and isinstance(value[key], dict | list):
            value[key] = type(value[key])()
        elif not isinstance(value[key], dict | list):
            value[key] = self.random.choice((self.scalar(), self.word(), {f"{mark}x": self.word()}))
        elif action == "rewrite" and self.random.random() < 0.2:
            value[key] = self.scalar()

    def edit_list(self, value: list[Any], field: str, mark: str) -> None:
        action = self.random.choice(("add", "add", "delete", "change", "move"))
        place = self.random.randrange(len(value) + 1)
        if action == "add":
            value.insert(place, self.like(value[0] if value else self.word(), mark))
        elif action == "delete" and value:
            del value[self.random.randrange(len(value))]
        elif action == "move" and mark == "mine" and len(value) > 1:
            value.append(value.pop(0))
        elif action == "change" and field in SEQUENCES and place < len(value):
            value[place] = self.word(mark)

    def like(self, item: Any, mark: str) -> Any:
        if isinstance(item, dict):
            new = {key: self.word(mark) if isinstance(old, str) else old for key, old in item.items()}
            if "containerPort" in new:
                new["containerPort"] = 5000 + self.count
            if "mountPath" in new:
                new["name"] = "tmp"
            if "secretRef" in new:
                new["secretRef"] = {"name": self.word(mark)}
            return copy.deepcopy(new)
        return f"{self.word(mark)}={self.word()}" if isinstance(item, str) and "=" in item else self.word(mark)


class Writer:
    """Writes documents the way people do. ``plain`` leaves out what no one would do to a generated file."""

    def __init__(self, random: Random, *, plain: bool = False) -> None:
        self.random = random
        self.newline = "\n" if plain else random.choice(("\n", "\n", "\n", "\r\n"))
        self.step = random.choice((2, 2, 2, 4))
        self.offset = random.choice((0, 0, 2))
        self.often = random.choice((0.0, 0.02, 0.1, 0.3))
        self.plain = plain
        self.aliases = not plain and random.random() < 0.3
        self.finished = plain or random.random() < 0.9
        self.count = 0
        self.anchors: dict[str, str] = {}
        self.lines: list[str] = []

    def maybe(self, factor: float = 1.0) -> bool:
        return self.random.random() < self.often * factor

    def comment(self) -> str:
        self.count += 1
        return f"{self.random.choice(('# ', '# ', '#', '## '))}note {self.count}{self.random.choice(('', ': x', ' - y', ' # z'))}"

    def write(self, documents: list[Any]) -> str:
        self.lines = ["# Generated. Edit it as you like."]
        if self.maybe():
            self.lines.append(self.comment())
        for index, document in enumerate(documents):
            self.anchors.clear()
            if index or self.maybe():
                self.lines.append("---" + (f" {self.comment()}" if self.maybe() else ""))
            self.node("", document, 0, "")
        if self.maybe():
            self.lines.append(self.comment())
        block = any("|" in line for line in self.lines[-8:])  # its last line is not to lose its end
        return self.newline.join(self.lines) + (self.newline if self.finished or block else "")

    def between(self, pad: int) -> None:
        if self.maybe():
            self.lines.append(" " * pad + self.comment())
        if self.maybe(0.5):
            self.lines.append("")

    def tail(self) -> str:
        return f"  {self.comment()}" if self.maybe() else ""

    def node(self, head: str, value: Any, pad: int, field: str) -> None:
        """Write one node.

        ``head`` is what stands on the line before the value, ``pad`` the column of the key or dash.
        """
        written = json.dumps(value)
        if head and self.aliases and written in self.anchors and self.random.random() < 0.7:
            self.lines.append(f"{head} *{self.anchors[written]}{self.tail()}")
            return
        if (
            head
            and self.aliases
            and not head.endswith("-")
            and isinstance(value, dict)
            and value
            and self.random.random() < 0.3
        ):
            self.count += 1
            name = f"a{self.count}"
            head = f"{head} &{name}"
            self.block(head, value, pad, field)
            self.anchors[written] = name
        elif isinstance(value, dict | list) and value and not (head and self.is_flow(value)):
            self.block(head, value, pad, field)
        elif isinstance(value, dict | list):
            self.lines.append(
                f"{head} {self.flow(value)}".lstrip() + self.tail()
                if not head
                else f"{head} {self.flow(value)}{self.tail()}"
            )
        else:
            self.leaf(head, value, pad)

    def is_flow(self, value: Any) -> bool:
        small = len(json.dumps(value)) < 60 and "\\n" not in json.dumps(value)
        return small and self.maybe()

    def flow(self, value: Any) -> str:
        if isinstance(value, dict):
            body = ", ".join(f"{yaml_emit.flow(key)}: {self.flow(item)}" for key, item in value.items())
            return self.random.choice((f"{{{body}}}", f"{{ {body} }}" if body else "{}"))
        if isinstance(value, list):
            return f"[{', '.join(map(self.flow, value))}]"
        return yaml_emit.flow(value)

    def block(self, head: str, value: Any, pad: int, field: str) -> None:
        if isinstance(value, list):
            pad = pad + 2 if head.endswith("-") else pad + self.offset if head else pad
            if head:
                self.lines.append(f"{head}{self.tail()}")
            for item in value:
                self.between(pad)
                self.node(" " * pad + "-", item, pad, "")
                if self.maybe(0.3) and "\\n" not in json.dumps(item):
                    self.lines.append(" " * (pad + 3) + self.comment())
            return
        compact = head.endswith("-") and not self.maybe(0.5)
        deeper = pad + 2 if head.endswith("-") else pad + self.step if head else pad
        if head and not compact:
            self.lines.append(f"{head}{self.tail()}")
        for index, (key, item) in enumerate(value.items()):
            lead = f"{head} " if compact and index == 0 else " " * deeper
            if lead.isspace() or not lead:
                self.between(deeper)
            self.node(f"{lead}{self.key(key)}:", item, deeper, key)

    def key(self, key: str) -> str:
        return f'"{key}"' if self.maybe(0.2) else yaml_emit.scalar(key)

    def leaf(self, head: str, value: Any, pad: int) -> None:
        space = " " * self.random.choice((1, 1, 1, 3)) if self.maybe() else " "
        if isinstance(value, str) and "\n" in value and not value.endswith("\n\n"):
            self.lines += yaml_emit.entry(value, head, " " * pad, "", " " * self.step)
        elif value is None:
            self.lines.append(f"{head} {self.random.choice(('', '~', 'null'))}".rstrip() + self.tail())
        elif isinstance(value, str) and self.maybe():
            quoted = yaml_emit.quoted(value)
            single = "'" + value.replace("'", "''") + "'"
            text = single if value.isprintable() and self.random.random() < 0.5 else quoted
            if not self.plain and self.maybe(0.5) and not head.endswith("-"):
                self.lines += [f"{head}{self.tail()}", " " * (pad + self.step) + text + self.tail()]
            else:
                self.lines.append(f"{head}{space}{text}{self.tail()}")
        else:
            self.lines.append(f"{head}{space}{yaml_emit.flow(value)}{self.tail()}")
