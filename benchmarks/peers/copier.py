"""copier: one template that loops over the apps, in git as its updates need it; then an update with nothing new."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from benchmarks.peers import work

_EACH = "{% yield app from apps %}{{ app.name }}{% endyield %}"


def prepare(folder: Path, templates: Mapping[str, str], numbers: range) -> None:
    """Prepare as ``peers`` says."""
    template = folder / "template"
    for path, text in templates.items():
        target = template / f"{path.replace(work.NAME, _EACH)}.jinja"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text.replace(work.NAME, "{{ app.name }}").replace(work.NUMBER, "{{ app.number }}"))
    work.keep(folder, numbers)
    apps = json.dumps(work.kept(folder))
    (template / "copier.yml").write_text(
        f"_templates_suffix: .jinja\napps:\n  type: json\n  default: '{apps}'\n  when: false\n"
    )
    (template / "{{ _copier_conf.answers_file }}.jinja").write_text("{{ _copier_answers|to_nice_yaml }}")
    _git(template, "init", "--quiet")
    _commit(template)
    _git(template, "tag", "v1")


def first(folder: Path) -> None:
    """Generate as ``peers`` says."""
    from copier import run_copy

    run_copy(str(folder / "template"), folder / "out", defaults=True, quiet=True)


def between(folder: Path) -> None:
    """Commit all, since an update wants a clean repository."""
    _git(folder / "out", "init", "--quiet")
    _commit(folder / "out")


def again(folder: Path) -> None:
    """Update as ``peers`` says."""
    from copier import run_update

    run_update(folder / "out", defaults=True, overwrite=True, quiet=True)


def _commit(folder: Path) -> None:
    _git(folder, "add", "--all")
    _git(
        folder,
        "-c",
        "user.name=benchmark",
        "-c",
        "user.email=benchmark@example.com",
        "commit",
        "--quiet",
        "--message=x",
    )


def _git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(folder), *words], check=True)
