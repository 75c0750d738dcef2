"""Colours of pictures: from the theme, with enough contrast in light and in dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import release_board.pictures

STATIC = Path(release_board.pictures.__file__).parent.parent / "static"
CSS = (STATIC / "pictures.css").read_text(encoding="utf-8")
THEME = (STATIC / "board.css").read_text(encoding="utf-8")


def colours(theme: str) -> dict[str, str]:
    """Return the theme's colours; the dark ones override those of the light one."""
    light, dark = re.split(r"@media \(prefers-color-scheme: dark\)", THEME, maxsplit=1)
    found = dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6})", light))
    if theme == "dark":
        found |= dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6})", dark.split("}\n}", 1)[0]))
    return found


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["--page", "--card"])
def test_text_and_marks_stand_out(theme: str, ground: str) -> None:
    found = colours(theme)
    for name in ("--text", "--quiet"):
        assert contrast(found[name], found[ground]) >= 4.5, name
    for name in ("--ok", "--failing", "--moving", "--waiting", "--quiet", "--focus"):
        assert contrast(found[name], found[ground]) >= 3, name


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_cross_over_a_failed_day_stands_out(theme: str) -> None:
    found = colours(theme)
    assert contrast(found["--card"], found["--failing"]) >= 3


def test_every_colour_is_the_themes() -> None:
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", CSS)
    assert set(re.findall(r"var\((--[\w-]+)\)", CSS)) <= colours("light").keys()


def test_every_class_of_a_picture_is_described() -> None:
    package = Path(release_board.pictures.__file__).parent
    code = "\n".join(path.read_text(encoding="utf-8") for path in sorted(package.glob("*.py")))
    words = {word for said in re.findall(r'class_="([a-z -]+)"', code) for word in said.split()}
    assert words
    assert {word for word in words if not re.search(rf"\.{word}\b", CSS)} == set()
