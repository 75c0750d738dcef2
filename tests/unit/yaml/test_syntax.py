"""A text that is no YAML: in plain words, at the place where a person has to change it, with the lines around it."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.errors import Fault, SpecError
from generator.spec import loader
from testing.programs import Run


def told(text: str) -> Fault:
    with pytest.raises(SpecError) as caught:
        loader.parse(text)
    (fault,) = caught.value.faults
    return fault


MISTAKES = {
    "too deep": (
        "apps:\n  web:\n    image: shop/web\n     port: 8080\n",
        "4:6: indented by 5, and its neighbours by 4", "begin the line with 4 spaces",
    ),
    "too deep in a list": (
        "ports:\n- name: x\n    port: 8080\n",
        "3:5: indented by 4, and its neighbours by 2", "begin the line with 2 spaces",
    ),
    "not deep enough": (
        "apps:\n  web:\n    image: shop/web\n   port: 8080\n",
        "4:4: indented by 3, and its neighbours by 4", "begin the line with 4 spaces",
    ),
    "the first line too deep": (
        "# ours\n  version: 1\nproject: x\n",
        "2:3: indented by 2, and its neighbours by 0", "begin the line with no space",
    ),
    "a quote that is never closed": (
        'a: 1\nb: "x\nc: 2\n',
        '2:4: the quote that opens here is never closed: "', 'write another " where the text ends',
    ),
    "a quote that the next one closes": (
        'a: "x # y\nb: 1\nc: "z"\n',
        '1:4: the quote that opens here is never closed: "', 'write another " where the text ends',
    ),
    "a single quote that the next one closes": (
        "a: 'x\nb: 'y'\n",
        "1:4: the quote that opens here is never closed: '", "write another ' where the text ends",
    ),
    "a quote in braces": (
        "a: {b: 'x,\n  c: 'y'}\n",
        "1:8: the quote that opens here is never closed: '", "write another ' where the text ends",
    ),
    "a brace that is never closed": (
        "ci: {install: x\nb: 2\nc: {a: 1}\n",
        "1:5: the bracket that opens here is never closed: {", "write } where it ends",
    ),
    "a bracket that is never closed": (
        "a: 1\nb: [x, y\nc: 2\n",
        "2:4: the bracket that opens here is never closed: [", "write ] where it ends",
    ),
    "a comma that is missing": (
        "a: {x: 1 y: 2}\n",
        "1:11: a comma is missing before this", "put a comma between the parts within { }",
    ),
    "two colons": (
        "branch: a: b\n",
        "1:10: a second colon on the line", 'if it is one text, quote it: `branch: "a: b"`',
    ),
    "no colon": (
        "a: 1\nport 8080\nb: 2\n",
        "2:1: no colon behind the name", "did you mean `port: 8080`?",
    ),
    "no space behind a colon": (
        "a: 1\nport:8080\nb: 2\n",
        "2:1: no space behind the colon", "did you mean `port: 8080`?",
    ),
    "a tab": (
        "a:\n\tb: 1\n",
        "2:1: a tab at the beginning of a line", "YAML is indented with spaces only",
    ),
    "a tab behind spaces": (
        "a:\n  b: 1\n \tc: 2\n",
        "3:2: a tab at the beginning of a line", "YAML is indented with spaces only",
    ),
    "a letter with a meaning": (
        "a: 1\nb: @x\n",
        "2:4: a text cannot begin with @", "put it in quotes",
    ),
    "a pattern": (
        "a: *.json\n",
        "1:4: a text cannot begin with *", "put it in quotes",
    ),
    "a bracket too many": (
        "a: [1]]\n",
        "1:7: text that nothing leads up to", "quote the whole value, or take this out",
    ),
    "text behind a quoted one": (
        "a: 'x' y\n",
        "1:8: text that nothing leads up to", "quote the whole value, or take this out",
    ),
    "an item without a dash": (
        "a:\n  - x\n  y: 1\n",
        "3:3: its neighbours begin with a dash, and this does not",
        "begin it with a dash, or indent it further if it belongs to the one above",
    ),
    "an item among names": (
        "a: 1\n- b\n",
        "2:1: an item of a list among names", "indent it below the name that the list belongs to",
    ),
    "a list on the line of its name": (
        "a: - b\n",
        "1:4: a list begins on a line of its own", "write each `- …` on a line of its own, or [a, b]",
    ),
    "a backslash": (
        'a: "\\d"\n',
        "1:5: a backslash with a letter that means nothing", "write \\\\ for a backslash, or use single quotes",
    ),
    "an alias": (
        "a: *no\n",
        "1:4: *no repeats a value that no line marks with &no",
        "mark a value above with &no, or quote the text if it is one",
    ),
    "text behind a bar": (
        "a: |x\n  b\n",
        "1:5: text behind | or >", "begin the text on the next line, indented",
    ),
    "what is rare": (
        "a: &x 1\nb: &x 2\n",
        "2:4: the YAML parser stops here", "look at this line and the one above",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message", "hint"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_in_plain_words_and_shown(text: str, message: str, hint: str) -> None:
    fault = told(text)
    assert f"{fault.line}:{fault.column}: {fault.message}" == message
    assert fault.hint == hint
    shown = fault.excerpt.splitlines()
    caret = next(number for number, line in enumerate(shown) if line.endswith("^"))
    assert shown[caret - 1].startswith(f"{fault.line} | ")
    assert len(shown[caret].partition("| ")[2]) == fault.column


def test_the_lines_around_it_are_shown_with_a_caret() -> None:
    assert told("apps:\n  web:\n    image: shop/web\n     port: 8080\n    health: /\n").excerpt == (
        "2 |   web:\n"
        "3 |     image: shop/web\n"
        "4 |      port: 8080\n"
        "  |      ^"
    )  # fmt: skip


def test_the_line_where_a_quote_was_opened_is_shown_and_the_one_where_that_was_noticed() -> None:
    assert told("a: 'x\nb: 1\nc: 2\nd: 'y'\n").excerpt == (
        "1 | a: 'x\n"
        "  |    ^\n"
        "  …\n"
        "4 | d: 'y'"
    )  # fmt: skip


def test_an_excerpt_shows_no_password_and_no_line_without_an_end() -> None:
    fault = told("repository: https://me:hunter2@git.example.com/x: y\n")
    assert "https://…@git" in fault.excerpt
    assert "hunter2" not in fault.excerpt + fault.hint
    assert max(map(len, told(f"b: {'x' * 300}: y\n").excerpt.splitlines())) < 120


def test_the_terminal_shows_it_above_the_hint(generator: Run, tmp_path: Path) -> None:
    (tmp_path / "generator.yaml").write_text("version: 1\nproject: 'shop\n")
    done = generator("-C", str(tmp_path), "validate")
    assert done.returncode == 1
    assert done.stderr.endswith(
        "generator.yaml:2:10: the quote that opens here is never closed: '\n"
        "    1 | version: 1\n"
        "    2 | project: 'shop\n"
        "      |          ^\n"
        "  hint: write another ' where the text ends\n"
        "error: 1 fault in generator.yaml; nothing was written\n"
    )
