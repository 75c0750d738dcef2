"""Find the place of a value that a chart's schema refuses: in ``generator.yaml``, or in an edited file."""

from __future__ import annotations

import json
import re
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from generator.errors import Fault, GeneratorError, SpecError
from generator.spec import placeholder, places, yaml_data
from generator.spec.findings import Finding, did_you_mean, dotted
from generator.spec.findings import Path as FieldPath
from generator.spec.layout import Location
from generator.yaml import plain as yaml_plain

if TYPE_CHECKING:
    from generator.manifests.charts.deployed import Deployed

# As Helm writes what the schema refuses: `- at '/a/0/b': got string, want integer`.
_REFUSED: Final = re.compile(r"^ *- at '(?P<pointer>[^']*)': (?P<about>.*)$", re.MULTILINE)
_UNKNOWN: Final = re.compile(r"additional propert(?:y|ies) (?P<names>'.*') not allowed")
_NAME: Final = re.compile(r"'([^']*)'")
_SCHEMA: Final = "values.schema.json"
_LARGEST: Final = 5_000_000

ReadSpec = Callable[[], places.Written]
"""Reads the spec of the repository; without it, a value is looked for in the edited files alone."""


def faults(
    written: ReadSpec | None, chart: Deployed, contents: Mapping[str, bytes], archive: Path, said: str
) -> list[Fault]:
    """Return a fault for each value in Helm's message about the schema; none for other messages."""
    found: list[Fault] = []
    for match in _REFUSED.finditer(said):
        path = tuple(_part(part) for part in match["pointer"].split("/")[1:])
        unknown = _UNKNOWN.search(match["about"])
        for name in _NAME.findall(unknown["names"]) if unknown else [None]:
            if name is None:
                message, hint, place = match["about"], f"as {chart.name} {chart.version} wants it", path
            else:
                message = f"{chart.name} {chart.version} has no such value"
                place = (*path, name)
                hint = did_you_mean(name, _known(chart, archive, path), "take it out; `helm show values` lists them")
            found.append(_placed(written, chart, contents, place, message, hint))
    return sorted(found)


def _part(text: str) -> str | int:
    return int(text) if text.isdecimal() else text.replace("~1", "/").replace("~0", "~")


def _placed(
    written: ReadSpec | None,
    chart: Deployed,
    contents: Mapping[str, bytes],
    path: FieldPath,
    message: str,
    hint: str,
) -> Fault:
    """Return the fault at the line of the spec that says the value, or at that of the last file that does."""
    file, node = _holder(chart, contents, path)
    if written and (place := _in_spec(written, chart, path, node)) is not None:
        return place._replace(message=message, hint=hint)
    line = _line(contents.get(file, b""), file, path)
    return Fault(file, *line, dotted(path), message, hint)


def _holder(chart: Deployed, contents: Mapping[str, bytes], path: FieldPath) -> tuple[str, object]:
    """Return the last file that has a value, and the value; the last file at all where none has."""
    for file in reversed(chart.values):
        with suppress(SpecError, UnicodeDecodeError, KeyError, IndexError, TypeError):
            value: Any = yaml_plain.load(contents[file].decode("utf-8-sig"), file)[0]
            for part in path:
                value = value[part]
            return file, value
    return (chart.values[-1] if chart.values else chart.file), None


def _line(content: bytes, file: str, path: FieldPath) -> tuple[int, int]:
    with suppress(SpecError, UnicodeDecodeError):
        nodes = yaml_plain.compose(content.decode("utf-8-sig"), file, yaml_plain.MEND)
        if nodes:
            return places.Places(nodes[0]).of(path, at_key=True)
    return 1, 1


def _in_spec(written: ReadSpec, chart: Deployed, path: FieldPath, value: object) -> Fault | None:
    """Return a fault without words at the value in the spec, where that says the same as the file."""
    place = Location.parse(chart.file)
    with suppress(GeneratorError, AssertionError):
        spec = written()
        data = yaml_data.of_written(spec)
        for above in (("apps", place.app, "environments", place.environment, "values"), ("apps", place.app, "values")):
            for known in _at(data, (*above, *path)):
                if placeholder.filled(known, place.environment) == value:
                    return spec.told([Finding((*above, *path), "", at_key=True)])[0]
    return None


def _at(data: Any, path: FieldPath) -> Iterator[object]:
    with suppress(KeyError, IndexError, TypeError):
        for part in path:
            data = data[part]
        yield data


def _known(chart: Deployed, archive: Path, path: FieldPath) -> list[str]:
    """Return the names that the schema knows at a place; none where it is not told plainly."""
    schema: Any = _schema(chart, archive)
    with suppress(KeyError, TypeError):
        for part in path:
            schema = schema["items"] if isinstance(part, int) else schema["properties"][part]
        return list(schema["properties"])
    return []


def _schema(chart: Deployed, archive: Path) -> object:
    with suppress(OSError, tarfile.TarError, ValueError, KeyError), tarfile.open(archive) as packed:
        member = packed.getmember(f"{chart.name}/{_SCHEMA}")
        file = packed.extractfile(member) if member.size <= _LARGEST else None
        return json.loads(file.read()) if file else {}
    return {}
