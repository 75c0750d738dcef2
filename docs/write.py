"""Write the pages that follow from the code, so that they cannot say anything else: `python docs/write.py`.

A test fails where one of them is not what this writes.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from docs import python_page, spec_page  # noqa: E402
from generator.cli import main as cli  # noqa: E402 (the line above finds it)
from generator.spec.language import SPEC  # noqa: E402
from generator.spec.reference import schema  # noqa: E402

DOCS: Final = ROOT / "docs"
WIDTH: Final = "100"


def commands() -> str:
    """Return the reference of all commands, from the parser of the command line."""
    # argparse wraps the usage at the terminal's width.
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = WIDTH
    try:
        found = dict(_subparsers(cli.parser()))
        parts = [_HEAD, _index(found), *(_command(name, parser) for name, parser in found.items())]
    finally:
        os.environ.pop("COLUMNS") if before is None else os.environ.update(COLUMNS=before)
    return "\n".join(parts)


_HEAD: Final = """\
<!-- Written by docs/write.py from the command line's own parser. Do not edit it here. -->
# Commands

`python -m generator` and `gitops-generator` are the same program; without a command it runs `generate`. Each command
takes `-h` for its help, `-C DIR` for a repository in another folder, and `--output json` for machines.
What they print, and which options are alike everywhere: [output](output.md). What the exit codes mean:
[exit codes](exit-codes.md).
"""


def _subparsers(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield name and parser of each command, without its other names."""
    seen: list[argparse.ArgumentParser] = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, sub in action.choices.items():
                if sub not in seen:
                    seen.append(sub)
                    yield name, sub


def _index(found: dict[str, argparse.ArgumentParser]) -> str:
    rows = [f"| [`{name}`](#{name}) | {_cell(parser.description)} |" for name, parser in found.items()]
    return "\n".join(["| command | does |", "|---|---|", *rows, ""])


def _command(name: str, parser: argparse.ArgumentParser) -> str:
    usage = parser.format_usage().replace("\n" + " " * len("usage: "), "\n").removeprefix("usage: ")
    parts = [f"## {name}", _prose(parser.description), f"```text\n{usage.rstrip()}\n```", _arguments(parser)]
    return "\n\n".join(part for part in [*parts, *_more(parser.epilog or "")] if part) + "\n"


def _arguments(parser: argparse.ArgumentParser) -> str:
    rows = [
        f"| {_names(action)} | {_cell(_help(action, parser))} |"
        for action in parser._actions
        if action.dest not in ("help", "directory", "output") and action.help is not argparse.SUPPRESS
    ]
    return "\n".join(["| argument | does |", "|---|---|", *rows]) if rows else ""


def _help(action: argparse.Action, parser: argparse.ArgumentParser) -> str:
    return parser._get_formatter()._expand_help(action) if action.help else ""


def _names(action: argparse.Action) -> str:
    values = _values(action)
    names = [f"{name} {values}".rstrip() for name in action.option_strings] or [values]
    return ", ".join(f"`{name}`".replace("|", "\\|") for name in names)


def _values(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    if action.choices is not None:
        return "|".join(map(str, action.choices))
    metavar = action.metavar if action.metavar is not None else action.dest
    return metavar if isinstance(metavar, str) else " ".join(metavar)


def _more(epilog: str) -> Iterator[str]:
    """Yield the paragraphs below the options: what is indented is an example, all else is prose."""
    for paragraph in epilog.split("\n\n"):
        lines = paragraph.splitlines()
        if lines and lines[0].rstrip(":") in ("example", "examples"):
            yield "Examples:"
            lines = lines[1:]
        if lines and all(line.startswith("  ") for line in lines):
            yield "```text\n" + "\n".join(line[2:] for line in lines) + "\n```"
        elif lines:
            yield _prose(" ".join(line.strip() for line in lines))


def _cell(text: str | None) -> str:
    return _prose(text).replace("|", "\\|")


def _prose(text: str | None) -> str:
    """Return text that Markdown shows as it is; what stands in backticks is code already."""
    parts = re.split(r"(`[^`]*`)", text or "")
    return "".join(part if part.startswith("`") else re.sub(r"([<*_\[\]])", r"\\\1", part) for part in parts)


def agents() -> str:
    """Return `AGENTS.md`: the rules of a generated repository, and the language in brief, from its schema."""
    whole = schema.of(SPEC)
    fields = whole["properties"]
    app = fields["apps"]["additionalProperties"]
    environment = fields["environments"]["additionalProperties"]
    parts = [
        (DOCS / "agents.txt").read_text(),
        "## The fields of generator.yaml\n",
        _fields("At the top", whole),
        _fields("Of an environment", environment),
        _fields("Of an app; all but the last ones can differ in an environment", app),
        "All fields with types, defaults and examples: `python -m generator schema`, or",
        "[docs/reference/generator-yaml.md](docs/reference/generator-yaml.md).\n",
        "## Commands\n",
        *(f"- `{name}`: {_first(parser.description or '')}" for name, parser in _subparsers(cli.parser())),
        "\n## Documentation\n",
        "[docs/index.md](docs/index.md); every page in one list: [llms.txt](llms.txt).",
    ]
    return "\n".join(parts) + "\n"


def _fields(title: str, record: dict[str, Any]) -> str:
    rivals = [name for one in record.get("oneOf", ()) for name in one["required"]]
    one_of = f" (one of {', '.join(f'`{name}`' for name in rivals)} is required)"
    marks = {**dict.fromkeys(record.get("required", ()), " (required)"), **dict.fromkeys(rivals, one_of)}
    while "properties" not in record:
        record = next(one for one in record["anyOf"] if "properties" in one)
    lines = [
        f"- `{name}`{marks.get(name, '')}: {about.get('description', '')}"
        for name, about in record["properties"].items()
        if not about.get("deprecated")
    ]
    return "\n".join([f"### {title}\n", *lines, ""])


def llms() -> str:
    """Return `llms.txt`: every page of the documentation with its first sentence, in the order of the site."""
    parts = [
        "# GitOps generator\n",
        "> One `generator.yaml` in, a GitOps repository for Argo CD on AWS out: Kustomize bases and overlays,",
        "> Applications, and pipelines that build images and commit their tags. Hand edits survive every run.\n",
        "The schema of `generator.yaml`: `python -m generator schema`. Rules for agents: [AGENTS.md](AGENTS.md).\n",
    ]
    for folder in ("tutorial", "guides", "concepts", "reference"):
        parts += [f"## {_title(DOCS / folder / 'index.md')}\n", *map(_entry, _listed(DOCS / folder)), ""]
    parts += ["## Contributing\n", *(_entry(DOCS / name) for name in ("architecture.md", "decisions.md"))]
    return "\n".join(parts) + "\n"


def _listed(folder: Path) -> list[Path]:
    """Return the pages of a folder in the order of its table of contents, and then those that it takes by a pattern."""
    text = (folder / "index.md").read_text()
    names = re.findall(r"^([a-z-]+)$", text.partition("```{toctree}")[2], re.MULTILINE)
    named = [folder / f"{name}.md" for name in names if (folder / f"{name}.md").is_file()]
    return [*named, *(path for path in sorted(folder.glob("*.md")) if path not in named and path.name != "index.md")]


def _entry(page: Path) -> str:
    path = page.relative_to(ROOT).as_posix()
    about = _first(_opening(page))
    return f"- [{_title(page)}]({path}){f': {about}' if about else ''}"


def _title(page: Path) -> str:
    found = re.search(r"^# (.+)$", _text(page), re.MULTILINE)
    return found[1] if found else page.stem


def _opening(page: Path) -> str:
    """Return the first paragraph below a page's title."""
    below = _text(page).partition("\n# ")[2] if not _text(page).startswith("# ") else _text(page)
    paragraphs = [part.strip() for part in below.split("\n\n")[1:]]
    plain = next((part for part in paragraphs if part[:1].isalpha() or part.startswith("`python")), "")
    return " ".join(re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", plain).split())


def _text(page: Path) -> str:
    """Return a page's text, or that of the file that it includes."""
    text = page.read_text()
    included = re.match(r"```\{include\} (\S+)", text)
    return (page.parent / included[1]).read_text() if included else text


def _first(text: str) -> str:
    """Return the first sentence."""
    return re.split(r"(?<=[.!?:]) (?=[A-Z`])", text, maxsplit=1)[0].rstrip(":.")


# Every page that is written here: its path, and what returns its text.
PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "docs/reference/commands.md": commands,
    "docs/reference/generator-yaml.md": spec_page.page,
    "docs/reference/python.md": python_page.page,
    "AGENTS.md": agents,
    "llms.txt": llms,
}


if __name__ == "__main__":
    for path, page in PAGES.items():
        (ROOT / path).write_text(page())
