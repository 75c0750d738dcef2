"""Format the text of `--help`: wrap prose to the terminal's width, but keep each command on one line for pasting."""

import argparse
import re

# An example command, at least two spaces, and the explanation.
_EXPLAINED = re.compile(r"(?P<command>  \S.*?)  +(?P<about>\S.*)")


class Formatter(argparse.RawDescriptionHelpFormatter):
    """Wrap paragraphs; put the explanation of an example below it if one line is too short for both."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n\n".join(indent + _fitted(part, width) for part in text.split("\n\n"))


def _fitted(paragraph: str, width: int) -> str:
    lines = paragraph.splitlines()
    if any(line.startswith(" ") for line in lines):
        return "\n".join(_narrowed(line, width) for line in lines)
    return _filled(" ".join(lines), width, "")


def _narrowed(line: str, width: int) -> str:
    explained = _EXPLAINED.fullmatch(line)
    if len(line) <= width or explained is None:
        return line
    return f"{explained['command']}\n{_filled(explained['about'], width, ' ' * 6)}"


def _filled(text: str, width: int, indent: str) -> str:
    import textwrap  # Imported here, because only `--help` needs it.

    return textwrap.fill(
        text, width, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
