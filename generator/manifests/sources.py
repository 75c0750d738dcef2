"""Check the inputs of kustomizations before kustomize runs: nothing from the network or outside of the repository.

kustomize fetches URLs in place of files, and clones repositories in place of folders; the result is part of the
output, and of a pull request's comment. Its own rules limit files to a kustomization's folder, but folders, and
links to folders, may lead anywhere.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Container, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from generator.errors import Fault, RepositoryError, SpecError
from generator.files import reader
from generator.git import plumbing
from generator.manifests.build_inputs import NAMES
from generator.spec import layout
from generator.spec.kubernetes import NEWEST
from generator.yaml import plain as yaml_plain

if TYPE_CHECKING:
    from generator.spec.model import Spec
    from generator.spec.places import Written

    ReadSpec = Callable[[Path], Written]

# What kustomize takes for a URL, be it to fetch or to clone; letters' case does not matter to it.
_REMOTE: Final = re.compile(
    r"(?:git::)*(?:https?:|ssh:|file:|github\.com[/:]|[a-z][a-z0-9-]*@[^/]*[:/])", re.IGNORECASE
)
# The mode of a symbolic link in git's index.
_LINK: Final = b"120000 "
# The fields of a kustomization that name files or folders, themselves or within; kustomize ignores case here, too.
_FIELDS: Final = frozenset(
    {
        "resources", "bases", "components", "generators", "transformers", "validators", "configurations", "crds",
        "patches", "patchesstrategicmerge", "patchesjson6902", "configmapgenerator", "secretgenerator", "openapi",
        "replacements", "helmcharts", "helmglobals", "helmchartinflationgenerator",
    }
)  # fmt: skip
# Below these stand texts that name nothing.
_TEXTS: Final = frozenset({"literals", "options", "patch", "target", "targets", "source", "valuesinline", "metadata"})
# What these list may be the configuration of a plugin, which names files in its turn, or that configuration itself.
_PLUGINS: Final = frozenset({"generators", "transformers", "validators"})
_CONFIGURED: Final = frozenset(
    {
        "resources", "files", "envs", "env", "path", "paths", "targetfilepath", "argsfromfile", "valuesfile",
        "additionalvaluesfiles", "repo", "chartrepo", "chartrepourl", "charthome",
    }
)  # fmt: skip
_NETWORK: Final = "put what it gives into this repository, or allow it in generator.yaml: `allow: {references: [%s]}`"


class Reference(NamedTuple):
    """A name in a kustomization, and where it stands."""

    text: str
    field: str
    node: yaml_plain.ScalarNode


class Rules(NamedTuple):
    """Rules on permitted inputs, and the Kubernetes version.

    Attributes:
        references: References that are permitted exactly as written. environments: No environment may build on
        another one's overlays.
        charts: The charts that may be fetched, each by repository and name.
        kubernetes: The version that charts are rendered for.
        read_spec: Reads the spec in a folder, to tell where a value of a chart is said that the chart refuses.
    """

    references: frozenset[str] = frozenset()
    environments: tuple[str, ...] = ()
    charts: frozenset[str] = frozenset()
    kubernetes: str = NEWEST
    read_spec: ReadSpec | None = None


def rules(spec: Spec, read_spec: ReadSpec | None = None) -> Rules:
    """Return the rules of the spec."""
    charts = frozenset(app.chart.reference for app in spec.charts.values())
    version = (spec.data.get("kubernetes") or {}).get("version") or NEWEST
    return Rules(frozenset(spec.allow.references), tuple(spec.environments), charts, version, read_spec)


def faults(directory: Path, folder: str, rules: Rules = Rules()) -> list[Fault]:  # noqa: B008 (it is immutable)
    """List the forbidden inputs of the kustomization in ``folder``, and of all that it builds on."""
    return list(dict.fromkeys(_Visit(directory, folder, rules).all(folder)))


def references(directory: Path, file: str) -> list[Reference]:
    """List the references of a kustomization. Raises ``SpecError`` if it cannot be read."""
    return _Visit(directory, file.rpartition("/")[0], Rules()).references(file)


def reaches_out(directory: Path, folder: str, rules: Rules) -> bool:
    """Tell whether a kustomization, or one that it builds on, uses a network reference that the spec allows."""
    if not rules.references:
        return False
    visit = _Visit(directory, folder, rules)
    return not list(visit.all(folder)) and visit.online


def links_out(directory: Path) -> list[Fault]:
    """List the links of a work tree that lead out of it: Argo CD refuses a repository with any such link."""
    top = plumbing.top(directory)
    if top is None:
        return []
    tracked = plumbing.begin("ls-files", "--stage", "-z", directory=top)
    others = plumbing.begin("ls-files", "--others", "--exclude-standard", "-z", directory=top)
    entries = [entry.partition(b"\t") for entry in tracked.result().split(b"\0")]
    names = [os.fsdecode(name) for about, _, name in entries if about.startswith(_LINK)]
    names += [
        os.fsdecode(name) for name in others.result().split(b"\0") if name and (top / os.fsdecode(name)).is_symlink()
    ]
    return [
        Fault(name, 1, 1, "", "a link that leads out of this repository", "replace it by what it points to")
        for name in names
        if (top / name).is_symlink() and _leads_out(name, os.readlink(top / name))  # noqa: PTH115
    ]


def _leads_out(name: str, target: str) -> bool:
    place = os.path.normpath(f"{os.path.dirname(name)}/{target}" if os.path.dirname(name) else target)  # noqa: PTH120
    return target.startswith("/") or place == ".." or place.startswith("../")


def is_remote(text: str) -> bool:
    """Tell whether kustomize would use the network for a name; ``files`` may also be ``name=URL``."""
    return bool(_REMOTE.match(text) or _REMOTE.match(text.partition("=")[2]))


class _Visit:
    def __init__(self, directory: Path, folder: str, rules: Rules) -> None:
        self._directory = Path(os.path.realpath(directory))
        self._allowed = rules.references
        self.online = False
        own = layout.environment_of(folder)
        self._foreign = [layout.overlays_path(name) for name in rules.environments if own and name != own]

    def all(self, folder: str) -> Iterator[Fault]:
        """Yield the faults of a folder, and of the folders that it refers to."""
        pending = [os.path.normpath(folder)]
        for root in pending:
            yield from self._odd(root)
            for place in (f"{root}/{name}" for name in NAMES):
                if not (self._directory / place).is_file():
                    continue
                try:
                    found = list(self._references(place, _FIELDS))
                    for reference in found:
                        yield from self._judge(root, place, reference)
                except SpecError as exc:
                    yield from exc.faults
                    continue
                names = [os.path.normpath(f"{root}/{reference.text}") for reference in found]
                pending += [name for name in dict.fromkeys(names) if name not in pending and self._is_folder(name)]

    def references(self, place: str) -> list[Reference]:
        """List the references of one kustomization."""
        return list(self._references(place, _FIELDS))

    def _is_folder(self, name: str) -> bool:
        return "\0" not in name and not name.startswith(("../", "/")) and (self._directory / name).is_dir()

    def _odd(self, root: str) -> Iterator[Fault]:
        """Yield links that lead out, pipes and the like, and what is too large, anywhere in a folder."""
        if not self._inside(root):
            yield Fault(root, 1, 1, "", "a link that leads out of this repository", "replace it by what it points to")
            return
        for name, plain in reader.under(self._directory, root):
            full = self._directory / name
            if plain and full.stat().st_size > reader.MAX_BYTES:
                yield Fault(name, 1, 1, "", f"larger than {reader.MAX_BYTES:,} bytes", "make it smaller")
            elif not plain and full.is_symlink() and not self._inside(name):
                hint = "replace it by what it points to"
                yield Fault(name, 1, 1, "", "a link that leads out of this repository", hint)
            elif not plain and not (full.is_symlink() and (full.is_file() or full.is_dir())):
                yield Fault(name, 1, 1, "", "neither a file nor a folder", "move it away")

    def _inside(self, name: str) -> bool:
        """Tell whether a path, with all links followed, stays in the repository and out of ``.git``."""
        parts = Path(os.path.realpath(self._directory / name)).parts
        count = len(self._directory.parts)
        return parts[:count] == self._directory.parts and ".git" not in parts[count : count + 1]

    def _references(self, place: str, fields: Container[str]) -> Iterator[Reference]:
        for document in yaml_plain.compose(self._text(place), place, yaml_plain.MEND):
            yield from _named(document, "", fields)

    def _text(self, place: str) -> str:
        """Read a file, which may be a link within the repository."""
        try:
            if not self._inside(place):
                raise RepositoryError(f"{place}: a link that leads out of this repository")
            real = os.path.relpath(os.path.realpath(self._directory / place), self._directory)
            return reader.read(self._directory, real).decode("utf-8-sig")
        except RepositoryError as exc:
            raise SpecError([Fault(place, 1, 1, "", exc.message.partition(": ")[2], exc.hint)]) from exc
        except UnicodeDecodeError as exc:
            raise SpecError([Fault(place, 1, 1, "", "is not UTF-8", "save it as UTF-8")]) from exc

    def _judge(self, root: str, file: str, reference: Reference) -> Iterator[Fault]:
        text, field, node = reference
        where = Fault(file, node.start_mark.line + 1, node.start_mark.column + 1, field, "")
        if node.tag not in (yaml_plain.PLAIN, yaml_plain.TEXT):
            yield where._replace(message="a tag that hides what this is", hint="write it as plain text")
        elif text in self._allowed:
            self.online |= is_remote(text)
        elif field.partition("[")[0].lower() in _PLUGINS and (inline := _configuration(text)):
            for found in _configured(inline):
                for fault in self._judge(root, file, found._replace(field=field)):
                    yield fault._replace(line=where.line, column=where.column)
        elif is_remote(text):
            yield where._replace(message=f"{text} would be read from the network", hint=_NETWORK % text)
        elif "\n" not in text:
            yield from self._local(root, where, text.partition("=")[2] or text if ".files[" in field else text)

    def _local(self, root: str, where: Fault, text: str) -> Iterator[Fault]:
        place = os.path.normpath(f"{root}/{text}")
        if place.startswith("../") or place == ".." or text.startswith("/"):
            about = f"{text} lies outside of this repository"
            yield where._replace(message=about, hint="put it into this repository")
            return
        # What a kustomization of theirs names in its turn comes with the reference to it, which was judged.
        if self._whose(place) - self._whose(root):
            about = f"{text} belongs to another environment, whose changes others approve"
            hint = f"copy it, or allow it in generator.yaml: `allow: {{references: [{text}]}}`"
            yield where._replace(message=about, hint=hint)
        if where.path.partition("[")[0].lower() in _PLUGINS and "\0" not in place:
            yield from self._plugin(root, place)

    def _whose(self, place: str) -> set[str]:
        """Return the other environments in whose folders a path lies, as written or with its links followed."""
        if not self._foreign or "\0" in place:
            return set()
        real = os.path.relpath(os.path.realpath(self._directory / place), self._directory)
        return {folder for folder in self._foreign for path in (place, real) if f"{path}/".startswith(f"{folder}/")}

    def _plugin(self, root: str, place: str) -> Iterator[Fault]:
        """Yield what a plugin's configuration names, where that is a file."""
        if (self._directory / place).is_file():
            for reference in _configured(yaml_plain.compose(self._text(place), place, yaml_plain.MEND)):
                yield from self._judge(root, place, reference)


def _configuration(text: str) -> list[yaml_plain.Node]:
    """Parse a text that is a plugin's configuration itself; empty where the text is a file's name."""
    try:
        found = yaml_plain.compose(text, "", "")
    except SpecError:
        return []
    return found if any(isinstance(document, yaml_plain.MappingNode) for document in found) else []


def _configured(documents: Iterable[yaml_plain.Node]) -> Iterator[Reference]:
    """Yield what a plugin's configuration names."""
    for document in documents:
        for reference in _named(document, "", None):
            if reference.field.rpartition(".")[2].partition("[")[0].lower() in _CONFIGURED:
                yield reference


def _named(node: yaml_plain.Node, field: str, fields: Container[str] | None) -> Iterator[Reference]:
    """Yield every text below some fields of a map (``None``: all of them) that may name a file or a folder."""
    if isinstance(node, yaml_plain.ScalarNode):
        yield Reference(node.value, field, node)
    elif isinstance(node, yaml_plain.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _named(item, f"{field}[{index}]", None)
    elif isinstance(node, yaml_plain.MappingNode):
        for key, value in node.value:
            name = str(key.value)
            if name == "<<":
                yield from _named(value, field, fields)
            elif name.lower() not in _TEXTS and (fields is None or name.lower() in fields):
                yield from _named(value, f"{field}.{name}" if field else name, None)
