"""What the README says of the files is so: its spec is generated, and every path that it names is there."""

from __future__ import annotations

import re
from pathlib import Path

from generator.cli.commands import COMMANDS
from testing import ROOT
from testing.programs import Run

README = (ROOT / "README.md").read_text()


def paths(tree: str) -> list[str]:
    """Return the paths of the tree: folders, names below them, and one for each name in braces."""
    found: list[str] = []
    folder = ""
    for line in tree.splitlines():
        words = [word for word in line.split("   ")[0].split() if "/" in word or "." in word] if line[:1] != " " else []
        names = (
            list(re.findall(r"[a-z][a-z.-]*\.yaml", line)) if line.startswith("  k") or line.startswith("  d") else []
        )
        folder = words[0] if words else folder
        found += words + [f"{folder}{name}" for name in names]
    return [one for path in found for one in expanded(path)]


def expanded(path: str) -> list[str]:
    braces = re.search(r"\{([^}]*)\}", path)
    return [path.replace(braces[0], name) for name in braces[1].split(",")] if braces else [path]


def test_the_tree_is_what_the_spec_gives(repository: Path, generator: Run) -> None:
    spec, tree = re.search(r"```yaml\n(.*?)```", README, re.DOTALL), re.search(r"```text\n(.*?)```", README, re.DOTALL)
    assert spec is not None
    assert tree is not None
    assert len(spec[1].splitlines()) <= 10
    (repository / "web").mkdir()
    (repository / "web/Dockerfile").write_text("FROM scratch\n")
    (repository / "generator.yaml").write_text(spec[1])
    done = generator(cwd=repository)
    assert (done.returncode, done.stderr) == (0, "")
    named = paths(tree[1])
    assert len(named) > 15
    assert [path for path in named if not (repository / path).exists()] == []
    told = set(re.findall(r"^wrote +(\S+)", done.stdout, re.MULTILINE))
    folders = tuple(path for path in named if path.endswith("/"))
    assert {path for path in told if path not in named and not path.startswith(folders)} == set()


def test_the_second_example_follows_the_first(repository: Path, generator: Run) -> None:
    first, second = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)[:2]
    assert second.startswith("apps:\n")
    (repository / "web").mkdir()
    (repository / "web/Dockerfile").write_text("FROM scratch\n")
    (repository / "generator.yaml").write_text(first)
    assert generator(cwd=repository).returncode == 0
    (repository / "generator.yaml").write_text(first.partition("apps:\n")[0] + second)
    done = generator(cwd=repository)
    assert done.returncode == 0, done.stderr


def test_the_table_names_commands_that_exist() -> None:
    table = README.partition("| to | `python -m generator …` |")[2].partition("\n\n")[0]
    words = {code.split()[0] for code in re.findall(r"`([a-z][^`]*)`", table)}
    assert len(words) > 20
    assert words <= set(COMMANDS)
