"""Write the reference of `generator.yaml`, from the language itself and from what its examples render to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from docs import rendered
from generator.spec.reference import examples, fields
from generator.spec.reference.fields import Described

LONGEST: Final = 40
_MOST_FILES: Final = 3
_HEAD: Final = """\
<!-- Written by docs/write.py from the language in generator/spec. Do not edit it here. -->
# generator.yaml

Every field, with its type, what leaving it out means, an example, the field of Kubernetes that it becomes, and what the
example renders to. In a path, `<app>` and `<environment>` stand for a name of yours, `<name>` for any other key of a
map, and `[]` for the items of a list. In a terminal, `python -m generator explain apps.web.health` tells the same of
one field.

The smallest file has these fields, which are all required:

```yaml
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
environments: {dev: {}, prod: {}}
apps:
  web: {image: shop/web}
```

Two rules hold everywhere. A field that is `null` or empty is not set; one that needs fields of its own is a fault then,
and where something is laid over what is there already (an environment, a workload, a security context, `pod`), `null`
takes that out. Quotes are needed where a text looks like a number: `tag: "1.10"`.

## Completion in an editor

With the first line below, editors that know YAML (the YAML extension of VS Code, JetBrains' IDEs, Neovim with
yaml-language-server) complete fields, show these texts, and underline faults:

```yaml
# yaml-language-server: $schema=generator.schema.json
version: 1
```

`init` writes that line and the file that it names, and `upgrade` writes the file anew. Elsewhere, make it with
`python -m generator schema > generator.schema.json`.
"""
_SECTIONS: Final = {
    "": ("The file", "The fields at the top of the file."),
    "environments.<environment>": ("An environment", "The fields of one environment: `environments: {prod: {…}}`."),
    "apps.<app>": (
        "An app",
        "The fields of one app: `apps: {web: {…}}`. All of them but `renamedFrom`, `tag`, `source` and `build` can "
        "differ in an environment (`apps: {web: {environments: {prod: {…}}}}`).",
    ),
    "ci": ("Pipelines", "The fields of `ci: {…}`."),
}


def page() -> str:
    """Return the page."""
    return "\n".join([_HEAD, *(part for container in _SECTIONS for part in _section(container))])


def headings() -> dict[str, list[Described]]:
    """Return the fields that have a heading, by path, with those that their examples show."""
    found: dict[str, list[Described]] = {}
    for path, described in fields.every().items():
        shown = fields.shown_at(path)
        found.setdefault(shown if shown in path else path, []).append(described)
    return found


def _section(container: str) -> Iterator[str]:
    title, about = _SECTIONS[container]
    yield f"## {title}\n\n{about}\n"
    sections = [name for name in _SECTIONS if name and name != container]
    for path, shown in headings().items():
        inside = (
            path.startswith(f"{container}.") if container else not path.startswith(tuple(f"{x}." for x in sections))
        )
        if inside:
            yield _field(path, shown)


def _field(path: str, shown: list[Described]) -> str:
    described = fields.every()[path]
    inner = [item for item in shown if item.path != path]
    parts = [
        f"### `{path}`",
        described.field.about,
        _facts(path),
        f"```yaml\n{examples.text(fields.shown_at(path))}```",
        _table(path, inner),
        *_shared(path),
        _renders(path),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _facts(path: str) -> str:
    described = fields.every()[path]
    facts = [f"- Type: {fields.type_of(described.field.type)}", f"- Default: {fields.default(path)}"]
    if kinds := fields.kinds(path):
        facts.append(f"- Of kind: {', '.join(kinds)}")
    if places := fields.kubernetes(path):
        facts.append(f"- Kubernetes: {'; '.join(f'{_place(place)}' for place in places)}")
    if effect := fields.effect(path):
        facts.append(f"- Effect: {effect}")
    return "\n".join(facts)


def _place(place: str) -> str:
    kind, _, where = place.partition(" ")
    return f"{kind} `{where}`"


def _table(path: str, inner: list[Described]) -> str:
    if not inner:
        return ""
    rows = [f"| `{_below(path, item.path)}` | {_cells(item)} |" for item in inner]
    head = "| field | is | type | default | example | Kubernetes |\n|---|---|---|---|---|---|"
    return "\n".join([head, *rows])


def _below(path: str, inner: str) -> str:
    return inner.removeprefix(path).lstrip(".")


def _cells(item: Described) -> str:
    places = fields.kubernetes(item.path)
    becomes = "; ".join(_place(place) for place in places) if places else fields.effect(item.path)
    texts = (
        item.field.about,
        fields.type_of(item.field.type),
        fields.default(item.path),
        f"`{written(examples.value(item.path, fields.shown_at(item.path)))}`",
        becomes,
    )
    return " | ".join(text.replace("|", "\\|") for text in texts)


def written(value: Any) -> str:
    """Return a value as YAML on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {written(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z/][A-Za-z0-9_./@-]*", value):
        return value
    return json.dumps(value, ensure_ascii=False)


def _shared(path: str) -> Iterator[str]:
    """Tell where the fields of maps are described that stand in several places."""
    for place, first in fields.shared().items():
        if fields.shown_at(_field_of(place)) == path:
            name, known = _bare(place), _bare(first)
            yield f"`{name}` has the fields of [`{known}`](#{anchor(fields.shown_at(_field_of(first)))})."


def _field_of(container: str) -> str:
    return re.sub(r"(?:\[\]|\.<[a-z]+>)*$", "", container)


def _bare(path: str) -> str:
    return _field_of(path).removeprefix("apps.<app>.")


def anchor(path: str) -> str:
    """Return the anchor of a field's heading."""
    return re.sub(r"[^a-z0-9_-]", "", path.lower())


def _renders(path: str) -> str:
    parts = _chosen(path)
    if not parts:
        return ""
    shown, rest = parts[:_MOST_FILES], parts[_MOST_FILES:]
    lines = ["It renders to:", *map(_part, shown)]
    if rest:
        lines.append(f"and changes {', '.join(f'`{name}`' for name in dict.fromkeys(part.path for part in rest))}.")
    return "\n\n".join(lines)


def _chosen(path: str) -> list[rendered.Part]:
    """Return the parts to show: of the kinds that it becomes first, and of several environments one."""
    kinds = [place.partition(" ")[0] for place in fields.kubernetes(path)]
    order = {kind: number for number, kind in enumerate(dict.fromkeys(kinds))}
    found = sorted(rendered.parts(path), key=lambda part: order.get(part.kind, len(order)))
    seen: set[str] = set()
    chosen = []
    for part in found:
        part = _claimed(path, part)
        alike = re.sub(
            r"\b(?:dev|prod|staging)\b", "ENV", f"{part.path} {part.text if part.data or part.lines else ''}"
        )
        if alike not in seen:
            chosen.append(part)
        seen.add(alike)
    return chosen


def _part(part: rendered.Part) -> str:
    if part.data is None and not part.lines:
        return f"`{part.path}` is not there."
    if part.lines:
        return f"`{part.path}`:\n\n```text\n{_cut(part.text)}\n```"
    kind = f"kind: {part.kind}\n" if part.kind and "kind" not in part.data else ""
    where = f"`{part.path}`, without:" if part.gone else f"`{part.path}`:"
    return f"{where}\n\n```yaml\n{_cut(kind + part.text)}\n```"


def _claimed(path: str, part: rendered.Part) -> rendered.Part:
    """Return of a whole new object what the field becomes, and its name."""
    places = [place.split(" ")[1] for place in fields.kubernetes(path) if place.split(" ")[0] == part.kind]
    if not places or "kind" not in (part.data or {}):
        return part
    name = {name: value for name, value in part.data.get("metadata", {}).items() if name == "name"}
    wanted = {"kind": part.data["kind"], **({"metadata": name} if name else {})}
    for place in places:
        _take(part.data, wanted, place.split("."))
    return part._replace(data=wanted)


def _take(data: Any, wanted: dict[str, Any], words: list[str]) -> None:
    """Copy the field at a path, with all that is in it; a list as a whole."""
    word, *rest = words
    name = word.removesuffix("[]")
    if name not in data:
        return
    if rest and word == name and isinstance(data[name], dict):
        _take(data[name], wanted.setdefault(name, {}), rest)
    else:
        wanted[name] = data[name]


def _cut(text: str) -> str:
    lines = text.splitlines()
    if len(lines) <= LONGEST:
        return text
    return "\n".join([*lines[:LONGEST], f"# … {len(lines) - LONGEST} more lines"])
