"""Read the files of manifests, patches and components that a spec names, when it is loaded.

As with `files`, the content is part of the app's data: a change of it is a change of the app, and is promoted with
the app. For a component, this module only checks that it exists, because kustomizations refer to its folder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from generator.errors import Fault, RepositoryError, SpecError
from generator.files import reader
from generator.spec import encrypted_secrets, hatch_checks, hatches, layout, scopes, yaml_data
from generator.spec.findings import Findings, did_you_mean
from generator.spec.findings import Path as FieldPath
from generator.spec.plain_data import Data

if TYPE_CHECKING:
    from generator.spec.model import App, Spec

_TOP: Final = "a path from the top of the repository"
_MARKER: Final = b"\n<<<<<<< "


class _Reading:
    """Reads all files that a spec names, and collects the faults, so that one error has all of them."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.findings = Findings()
        self.faults: list[Fault] = []

    def section(self, given: Mapping[str, Any], path: FieldPath) -> dict[str, Any]:
        """Return the data of an app or an environment, with the content of its files."""
        result = dict(given)
        for index, folder in enumerate(given.get("components") or ()):
            self._component(folder, (*path, "components", index))
        if given.get("patches"):
            result["patches"] = [
                self._patch(one, (*path, "patches", index)) for index, one in enumerate(given["patches"])
            ]
        if given.get("manifests"):
            result["manifests"] = {
                name: self._manifests(one, (*path, "manifests", name)) for name, one in given["manifests"].items()
            }
        if given.get(encrypted_secrets.FIELD):
            name, place = given[encrypted_secrets.FIELD], (*path, encrypted_secrets.FIELD)
            result[encrypted_secrets.FIELD] = self._with(
                {"path": name}, name, place, lambda found, file: self._of_secret(found, place, file)
            )
        return result

    def _of_secret(self, found: list[Any], path: FieldPath, file: str) -> list[Any]:
        wrong = [*encrypted_secrets.wrong(found, f"{path[1]}-secrets")]
        for message, hint in wrong:
            self.findings.add(path, f"{file}: {message}", hint)
        return [] if wrong else found

    def _patch(self, one: Mapping[str, Any], path: FieldPath) -> Mapping[str, Any]:
        about, target = one.get("path"), one.get("target") or {}
        if about:
            return self._with(
                one, about, (*path, "path"), lambda found, file: self._of_patch(found, target, path, file)
            )
        if isinstance(one.get("patch"), str):
            found = self._parsed(one["patch"], (*path, "patch"), "")
            self._of_patch(found, target, (*path, "patch"), "")
        return one

    def _of_patch(self, found: list[Any], target: Mapping[str, Any], path: FieldPath, file: str) -> Any:
        said = found[0] if len(found) == 1 else None
        hatch_checks.check_patch(path, said, target, self.findings, file or "its text")
        return said

    def _manifests(self, one: object, path: FieldPath) -> object:
        if not isinstance(one, str):
            return one
        return self._with({"path": one}, one, path, lambda found, file: self._of_manifests(found, path, file))

    def _of_manifests(self, found: list[Any], path: FieldPath, file: str) -> list[Any]:
        documents = [one for one in found if isinstance(one, dict)]
        if not documents or len(documents) < len(found):
            self.findings.add(
                path, f"{file} contains something other than manifests", "a map with apiVersion, kind and metadata.name"
            )
        for document in documents:
            hatch_checks.check_manifest(path, document, self.findings, file)
        return documents

    def _with(
        self, one: Mapping[str, Any], name: str, path: FieldPath, meaning: Callable[[list[Any], str], Any]
    ) -> dict[str, Any]:
        content = self._read(name, path)
        if content is None:
            return dict(one)
        found = self._parsed(content.decode(), path, name)
        return {**one, hatches.CONTENT: content, hatches.MEANING: meaning(found, name)}

    def _parsed(self, text: str, path: FieldPath, file: str) -> list[Any]:
        try:
            return [one for one in yaml_data.documents(text, file or "text") if one is not None]
        except SpecError as exc:
            if file:
                self.faults += exc.faults
            else:
                self.findings.add(path, f"line {exc.faults[0].line}: {exc.faults[0].message}", "write it as YAML")
            return []

    def _read(self, name: str, path: FieldPath) -> bytes | None:
        try:
            content = reader.read(self.directory, name)
            content.decode()
            if _MARKER in b"\n" + content:
                self.findings.add(path, f"{name} has a conflict marker of git", "resolve the conflict in this file")
                return None
        except UnicodeDecodeError:
            self.findings.add(path, f"{name} is not UTF-8", "save it as UTF-8")
        except RepositoryError as exc:
            there = (self.directory / name).exists()
            self.findings.add(path, *((exc.message, exc.hint) if there else (f"there is no {name}", self._near(name))))
        else:
            return content
        return None

    def _near(self, name: str) -> str:
        folder = (self.directory / name).parent
        return did_you_mean(Path(name).name, [one.name for one in folder.iterdir()] if folder.is_dir() else [], _TOP)

    def _component(self, folder: str, path: FieldPath) -> None:
        place = self.directory / folder
        names = [f"{folder}/{name}" for name in (layout.KUSTOMIZATION, *layout.OTHER_NAMES)]
        name = next((name for name in names if (self.directory / name).is_file()), None)
        if not place.resolve().is_relative_to(self.directory.resolve()):
            self.findings.add(path, f"{folder} leads out of the repository", _TOP)
        elif name is None:
            self.findings.add(path, f"there is no {names[0]}", self._near(folder))
        elif (content := self._read(name, path)) is not None:
            found = self._parsed(content.decode(), path, name)
            if [one.get("kind") for one in found if isinstance(one, dict)] != ["Component"]:
                self.findings.add(path, f"{name} is no Component", "say `kind: Component` there")


def named(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield the path of each file and folder that apps and environments name."""
    apps = [one for one in (data["apps"] or {}).values() if one]
    places = [*apps, *(one for one in data["environments"].values() if one)]
    inner = [one for app in apps for one in (app.get("environments") or {}).values() if isinstance(one, Mapping)]
    for given in (*places, *inner):
        yield from given.get("components") or ()
        yield from (one["path"] for one in given.get("patches") or () if one.get("path"))
        yield from (one for one in (given.get("manifests") or {}).values() if isinstance(one, str))
        if given.get(encrypted_secrets.FIELD):
            yield given[encrypted_secrets.FIELD]


def attached(directory: Path, spec: Spec, told: Callable[[Path, Findings], list[Fault]]) -> Data:
    """Return the spec's data with the content of each file that it names. Raise SpecError with all faults.

    ``told`` finds the places of findings in the spec.
    """
    reading = _Reading(directory)
    data = dict(spec.data)
    data["environments"] = {
        name: given and reading.section(given, ("environments", name)) for name, given in data["environments"].items()
    }
    data["apps"] = {name: given and _app(reading, name, given, spec) for name, given in (data["apps"] or {}).items()}
    if reading.findings.items or reading.faults:
        raise SpecError([*reading.faults, *told(directory, reading.findings)])
    return data


def _app(reading: _Reading, name: str, given: Mapping[str, Any], spec: Spec) -> Mapping[str, Any]:
    path: FieldPath = ("apps", name)
    result = reading.section(given, path)
    if given.get("environments"):
        result["environments"] = {
            environment: reading.section(one, (*path, "environments", environment)) if isinstance(one, Mapping) else one
            for environment, one in given["environments"].items()
        }
    _check_scopes(result, path, spec, reading.findings)
    if app := spec.described.get(name):
        _check_namespaces(result, app, spec, reading.findings)
    return result


def _check_namespaces(given: Mapping[str, Any], app: App, spec: Spec, findings: Findings) -> None:
    """Refuse a secret that was sealed for the namespace of another environment."""
    for environment in app.environments:
        there = (given.get("environments") or {}).get(environment) or {}
        own = encrypted_secrets.FIELD in there
        manifest = encrypted_secrets.document((there if own else given).get(encrypted_secrets.FIELD))
        odd = encrypted_secrets.misplaced(manifest or {}, app.namespace_in(spec.environments[environment]))
        if odd:
            place: FieldPath = ("environments", environment) if own else ()
            message = f"in {environment}: {odd[0]}"
            findings.add(("apps", app.name, *place, encrypted_secrets.FIELD), message, odd[1])


def _check_scopes(given: Mapping[str, Any], path: FieldPath, spec: Spec, findings: Findings) -> None:
    """Refuse kinds outside of namespaces, unless the spec allows them."""
    said = [(path, given)]
    said += [
        ((*path, "environments", name), one)
        for name, one in (given.get("environments") or {}).items()
        if isinstance(one, Mapping)
    ]
    for place, about in said:
        for name in about.get("manifests") or {}:
            for kind in sorted(hatches.kinds({"manifests": {name: about["manifests"][name]}})):
                if scopes.is_cluster_wide(*kind) and kind not in spec.allow.kinds:
                    written = "/".join(filter(None, kind))
                    hint = f"to allow this kind for all apps of the project: `allow: {{kinds: [{written}]}}`"
                    findings.add(
                        (*place, "manifests", name), f"{kind[1]} belongs to the whole cluster", hint, at_key=True
                    )
