"""Read ``generator.yaml`` with the files that it includes and names, and report all faults with their places."""

from __future__ import annotations

import codecs
import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from generator.errors import Fault, RepositoryError, SpecError
from generator.files import reader as files_reader
from generator.spec import language, layout, model, named_lists, placeholder, said, yaml_data
from generator.spec.check_cache import CheckCache, Known
from generator.spec.findings import Findings
from generator.spec.findings import Path as FieldPath
from generator.spec.language.project import INCLUDED
from generator.spec.places import Written
from generator.spec.plain_data import text as text_of

if TYPE_CHECKING:
    from generator.git.history import History
    from generator.spec.included import Files

Texts = Mapping[str, str]

FILE_NAME: Final = layout.SPEC


def read(directory: Path) -> str:
    """Return the text of ``generator.yaml`` in ``directory``. Raise RepositoryError if it cannot be read."""
    path = directory / FILE_NAME
    try:
        content = files_reader.content(os.fspath(path))
        if len(content) > yaml_data.MAX_BYTES:
            raise RepositoryError(f"{path}: larger than {yaml_data.MAX_BYTES:,} bytes", "split the spec")
        return content.decode("utf-8-sig")
    except FileNotFoundError as exc:
        if not directory.is_dir():
            raise RepositoryError(f"{directory}: no such folder", "name the repository's folder with -C DIR") from exc
        raise RepositoryError(
            f"{path}: no such file",
            "run this in the repository's folder, name it with -C DIR, or make a new one: python -m generator init DIR",
        ) from exc
    except UnicodeDecodeError as exc:
        line = exc.object[: exc.start].count(b"\n") + 1
        raise SpecError([Fault(FILE_NAME, line, 1, "", "is not UTF-8", "save it as UTF-8")]) from exc
    except OSError as exc:
        raise files_reader.refusal(str(path), exc) from exc


def encoded(directory: Path, texts: Texts) -> dict[str, bytes]:
    """Return new texts of a spec's files as bytes; a file with a byte order mark keeps it."""
    return {file: _mark(directory / file) + text.encode() for file, text in texts.items()}


def _mark(file: Path) -> bytes:
    marked = file.is_file() and files_reader.content(os.fspath(file)).startswith(codecs.BOM_UTF8)
    return codecs.BOM_UTF8 if marked else b""


def load(directory: Path, texts: Texts | None = None) -> model.Spec:
    """Return the spec in ``directory``, with promoted bases. Raise SpecError with all faults of its files.

    ``texts`` has texts, by path, to use instead of the files' own.
    """
    spec = parsed(written(directory, texts), CheckCache(directory))
    if said.has_files(spec.data):
        from generator.spec import file_sources

        spec = model.build(file_sources.attached(directory, spec.data, faults))
    if said.has_hatches(spec.data):
        from generator.spec import hatch_sources

        spec = model.build(hatch_sources.attached(directory, spec, faults))
    if not spec.promotion.base:
        return spec
    from generator.files import work_tree
    from generator.spec import promoted

    stored = promoted.Stored(partial(work_tree.read, directory), language.of_app)
    return model.build(promoted.attached(stored, spec))


def written(directory: Path, texts: Texts | None = None) -> Written:
    """Read the spec in ``directory`` with its included files; ``texts``, by path, replace those of files."""
    given = texts or {}
    text = given.get(FILE_NAME)
    return _whole(read(directory) if text is None else text, _work_tree(directory, given))


def _work_tree(directory: Path, texts: Texts) -> Callable[[], Files]:
    def files() -> Files:
        from generator.spec import included

        return included.WorkTree(directory, texts)

    return files


def _whole(text: str, files: Callable[[], Files]) -> Written:
    """Return a spec joined with the files that it includes. ``files`` is called only if it includes any."""
    found = Written(yaml_data.composed(text), FILE_NAME, {FILE_NAME: text})
    # Most specs include nothing: for these, one search in the text is all the work.
    if "include" not in text:
        return found
    from generator.spec import included

    if not included.patterns(found.root):
        return found
    return included.joined(found, files(), included.Language(language.SPEC, INCLUDED))


def committed(history: History) -> Written:
    """Read the spec at a history's newest commit, with its included files. Raise RepositoryError if there is none."""
    content = history.read(history.tip, FILE_NAME)
    if content is None:
        raise RepositoryError(f"{history.tip[:12]} has no {FILE_NAME}", "name a commit that has one")

    def files() -> Files:
        from generator.spec import included

        return included.Commit(history)

    return _whole(content.decode("utf-8-sig", errors="replace"), files)


def reads(history: History) -> list[str]:
    """Return the files and folders that the spec at a history's newest commit is read from, if it can be read."""
    from generator.spec import file_sources, hatch_sources

    named: set[str] = set()
    try:
        found = committed(history)
        named.update(found.texts.keys() - {FILE_NAME})
        data = parsed(found).data
        named.update(file_sources.named(data), hatch_sources.named(data))
        named.update((data.get("kubernetes") or {}).get("crds") or ())
    except SpecError:
        pass  # Code that loads the spec reports the fault.
    return sorted(named)


def faults(directory: Path, findings: Findings) -> list[Fault]:
    """Return findings about a spec in ``directory`` as faults with file, line and column."""
    return written(directory).told(findings.items) if findings.items else []


def parse(text: str, file: str = FILE_NAME) -> model.Spec:
    """Return a spec from its text only. ``file`` is the name in faults."""
    return parsed(Written(yaml_data.composed(text, file), file, {file: text}))


def parsed(found: Written, cache: CheckCache | None = None) -> model.Spec:
    """Return the checked spec. Raise SpecError with all faults. ``cache`` knows which parts passed before."""
    reader = yaml_data.Reader(found.file, found)
    data = reader.value(found.root, ())
    if isinstance(data, dict):
        data = named_lists.as_maps(data)
    findings = Findings()
    language.SPEC.check(data, (), findings)
    known = None
    if isinstance(data, dict):
        _write_texts(data, findings.texts)
        data = _as_said(data) if reader.has_null else data
        placeholders = any(map(_may_have_placeholders, found.texts.values()))
        known = cache.about(data, placeholders=placeholders) if cache else None
        if not (known and known.whole):
            _check(data, findings, known, placeholders=placeholders)
    if findings.items or reader.faults or found.faults:
        raise SpecError(found.within([*found.faults, *reader.faults, *found.told(findings.items)]))
    assert isinstance(data, dict)
    if known and not known.whole:
        known.learn()
    return model.build({**data, said.INCLUDED: found.about} if found.about else data)


def _check(data: dict[str, object], findings: Findings, known: Known | None, *, placeholders: bool) -> None:
    """Check fields against each other, without apps that are known to be right."""
    from generator.spec import checks, held_values, inherited_checks  # Most runs read a spec that was checked before.
    from generator.spec.app_language import AppLanguage
    from generator.spec.language.adopted import ADOPTED
    from generator.spec.language.chart import CHART

    findings.kubernetes = checks.kubernetes_version(data)
    held_values.settle(findings)
    checks.check(data, findings, filled=language.FILLED if placeholders else None)
    types = AppLanguage(
        app=language.APP,
        general=language.GENERAL,
        override=language.OVERRIDE,
        complete=language.COMPLETE,
        chart=CHART,
        adopted=ADOPTED,
        workload=language.WORKLOAD,
    )
    settled = known.apps if known else ()
    inherited_checks.check_each(data, findings, types, placeholders=placeholders, settled=settled)


def _write_texts(data: Any, paths: list[FieldPath]) -> None:
    """Replace numbers and booleans in places for text by their text as written."""
    for path in paths:
        holder = data
        for part in path[:-1]:
            holder = holder[part]
        holder[path[-1]] = text_of(holder[path[-1]])


def _as_said(data: dict[str, object]) -> dict[str, object]:
    """Return a spec's data without fields that are ``null`` and are therefore not set."""
    from generator.spec import unset

    found = unset.without(data, language.SPEC)
    assert isinstance(found, dict)
    return found


def _may_have_placeholders(text: str) -> bool:
    # An escape in quotes can also stand for this character.
    return "\\" in text or bool(placeholder.ANY.search(text))
