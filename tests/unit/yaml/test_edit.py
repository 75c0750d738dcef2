"""Setting an image changes the scalars of its tag and digest, and no other byte; the real kustomize sees the new image."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator import process
from generator.errors import SpecError
from generator.yaml import kustomization as yaml_kustomization
from generator.yaml.kustomization import Image
from testing.depth import examples
from testing.programs import tool

OLD, NEW = "sha256:" + "0" * 64, "sha256:" + "a" * 64
HEAD = "resources:\n- pod.yaml\n"

# A kustomization, and the same with web:v2@NEW in it. Nothing else may differ.
EDITS: dict[str, tuple[str, str]] = {
    "plain": ("images:\n- name: web\n  newTag: v1\n", "images:\n- name: web\n  newTag: v2\n  digest: NEW\n"),
    "with a digest": ("images:\n- name: web\n  newTag: v1\n  digest: OLD\n", "images:\n- name: web\n  newTag: v2\n  digest: NEW\n"),
    "the digest before the tag": ("images:\n- name: web\n  digest: OLD\n  newTag: v1\n", "images:\n- name: web\n  digest: NEW\n  newTag: v2\n"),
    "only a digest": ("images:\n- name: web\n  digest: OLD\n", "images:\n- name: web\n  newTag: v2\n  digest: NEW\n"),
    "the digest first in its item": ("images:\n- digest: OLD\n  name: web\n  newTag: v1\n", "images:\n- digest: NEW\n  name: web\n  newTag: v2\n"),
    "neither tag nor digest": ("images:\n- name: web\n", "images:\n- name: web\n  newTag: v2\n  digest: NEW\n"),
    "neither, and no final line end": ("images:\n- name: web", "images:\n- name: web\n  newTag: v2\n  digest: NEW"),
    "no final line end": ("images:\n- name: web\n  newTag: v1", "images:\n- name: web\n  newTag: v2\n  digest: NEW"),
    "a tag with nothing behind it": ("images:\n- name: web\n  newTag:\n", "images:\n- name: web\n  newTag: v2\n  digest: NEW\n"),
    "a tag with a comment behind nothing": ("images:\n- name: web\n  newTag: # soon\n", "images:\n- name: web\n  newTag: v2 # soon\n  digest: NEW\n"),
    "an empty tag in quotes": ('images:\n- name: web\n  newTag: ""\n', 'images:\n- name: web\n  newTag: v2\n  digest: NEW\n'),
    "CRLF": ("images:\r\n- name: web\r\n  newTag: v1\r\n", "images:\r\n- name: web\r\n  newTag: v2\r\n  digest: NEW\r\n"),
    "CRLF, with no final line end": ("images:\r\n- name: web\r\n  newTag: v1", "images:\r\n- name: web\r\n  newTag: v2\r\n  digest: NEW"),
    "a byte order mark": ("\ufeffimages:\n- name: web\n  newTag: v1\n", "\ufeffimages:\n- name: web\n  newTag: v2\n  digest: NEW\n"),
    "single quotes": ("images:\n- name: 'web'\n  newTag: 'v1'\n  digest: 'OLD'\n", "images:\n- name: 'web'\n  newTag: 'v2'\n  digest: 'NEW'\n"),
    "double quotes": ('images:\n- name: "web"\n  newTag: "v1"\n  digest: "OLD"\n', 'images:\n- name: "web"\n  newTag: "v2"\n  digest: "NEW"\n'),
    "quotes that the former tag needed": ('images:\n- name: web\n  newTag: "1.10"\n  digest: OLD\n', "images:\n- name: web\n  newTag: v2\n  digest: NEW\n"),
    "quoted keys": ('"images":\n- "name": web\n  "newTag": v1\n  \'digest\': OLD\n', '"images":\n- "name": web\n  "newTag": v2\n  \'digest\': NEW\n'),
    "a comment behind each value": ("images: # i\n- name: web # n\n  newTag: v1\t# t\n  digest: OLD   # d\n", "images: # i\n- name: web # n\n  newTag: v2\t# t\n  digest: NEW   # d\n"),
    "comments between the fields": ("images:\n# a\n- name: web\n  # b\n  newTag: v1\n  # c\n", "images:\n# a\n- name: web\n  # b\n  newTag: v2\n  digest: NEW\n  # c\n"),
    "a comment above the header": ("# top\n---\nimages:\n- name: web\n  newTag: v1\n", "# top\n---\nimages:\n- name: web\n  newTag: v2\n  digest: NEW\n"),
    "a footer": ("---\nimages:\n- name: web\n  newTag: v1\n...\n", "---\nimages:\n- name: web\n  newTag: v2\n  digest: NEW\n...\n"),
    "an indented list": ("images:\n  - name: web\n    newTag: v1\n", "images:\n  - name: web\n    newTag: v2\n    digest: NEW\n"),
    "a dash far from its item": ("images:\n-   name: web\n    newTag: v1\n", "images:\n-   name: web\n    newTag: v2\n    digest: NEW\n"),
    "a dash on a line of its own": ("images:\n-\n  name: web\n  newTag: v1\n", "images:\n-\n  name: web\n  newTag: v2\n  digest: NEW\n"),
    "more than one space": ("images:\n- name:   web\n  newTag:    v1\n  digest:  OLD  \n", "images:\n- name:   web\n  newTag:    v2\n  digest:  NEW  \n"),
    "a space before the colon": ("images:\n- name : web\n  newTag : v1\n", "images:\n- name : web\n  newTag : v2\n  digest: NEW\n"),
    "the tag first in its item": ("images:\n- newTag: v1\n  name: web\n", "images:\n- newTag: v2\n  digest: NEW\n  name: web\n"),
    "a new name between": ("images:\n- name: web\n  newName: web\n  newTag: v1\n", "images:\n- name: web\n  newName: web\n  newTag: v2\n  digest: NEW\n"),
    "flow style": ("images: [{name: web, newTag: v1}]\n", "images: [{name: web, newTag: v2, digest: NEW}]\n"),
    "flow style with a digest": ("images: [{name: web, digest: OLD, newTag: v1}]\n", "images: [{name: web, digest: NEW, newTag: v2}]\n"),
    "flow style over several lines": ("images: [\n  {name: web,\n   newTag: v1},  # c\n]\n", "images: [\n  {name: web,\n   newTag: v2, digest: NEW},  # c\n]\n"),
    "flow style within a block": ("images:\n- {name: web, newTag: v1}\n", "images:\n- {name: web, newTag: v2, digest: NEW}\n"),
    "flow style without a tag": ("images:\n- {name: web}\n", "images:\n- {name: web, newTag: v2, digest: NEW}\n"),
    "JSON": ('{"resources": ["pod.yaml"], "images": [{"name": "web", "newTag": "v1", "digest": "OLD"}]}', '{"resources": ["pod.yaml"], "images": [{"name": "web", "newTag": "v2", "digest": "NEW"}]}'),
    "an anchor on the tag": ("images:\n- name: web\n  newTag: &tag v1\n", "images:\n- name: web\n  newTag: &tag v2\n  digest: NEW\n"),
    "an alias as the tag": ("images:\n- name: db\n  newTag: &tag v1\n- name: web\n  newTag: *tag\n", "images:\n- name: db\n  newTag: &tag v1\n- name: web\n  newTag: v2\n  digest: NEW\n"),
    "an alias as the tag, with a comment": ("images:\n- name: db\n  newTag: &tag v1\n- name: web\n  newTag:  *tag # c\n", "images:\n- name: db\n  newTag: &tag v1\n- name: web\n  newTag:  v2 # c\n  digest: NEW\n"),
    "a YAML tag on the tag": ("images:\n- name: web\n  newTag: !!str 1.10\n", "images:\n- name: web\n  newTag: !!str v2\n  digest: NEW\n"),
    "an anchor on the entry": ("images:\n- &web\n  name: web\n  newTag: v1\n", "images:\n- &web\n  name: web\n  newTag: v2\n  digest: NEW\n"),
    "a block scalar as the tag": ("images:\n- name: web\n  newTag: |-\n    v1\n  digest: OLD\n", "images:\n- name: web\n  newTag: v2\n  digest: NEW\n"),
    "a folded scalar as the tag": ("images:\n- name: web\n  newTag: >-\n    v1\n", "images:\n- name: web\n  newTag: v2\n  digest: NEW\n"),
    "a tag on the line after its key": ("images:\n- name: web\n  newTag:\n    v1\n", "images:\n- name: web\n  newTag:\n    v2\n  digest: NEW\n"),
    "other entries around it": ("images:\n- name: a\n  newTag: v1\n- name: web\n  newTag: v1\n- name: webs\n  newTag: v1\n", "images:\n- name: a\n  newTag: v1\n- name: web\n  newTag: v2\n  digest: NEW\n- name: webs\n  newTag: v1\n"),
    "a name that only begins the same": ("images:\n- name: web/api\n  newTag: v1\n- name: web\n  newTag: v1\n", "images:\n- name: web/api\n  newTag: v1\n- name: web\n  newTag: v2\n  digest: NEW\n"),
    "text that is not ASCII before it": ("# Grüße 🚀 日本\nnamePrefix: ''\nimages:\n- name: web # ü🚀\n  newTag: v1 # ü🚀\n", "# Grüße 🚀 日本\nnamePrefix: ''\nimages:\n- name: web # ü🚀\n  newTag: v2 # ü🚀\n  digest: NEW\n"),
    "a block that looks like an entry": ("commonAnnotations:\n  a: |\n    images:\n    - name: web\n      newTag: v1\nimages:\n- name: web\n  newTag: v1\n", "commonAnnotations:\n  a: |\n    images:\n    - name: web\n      newTag: v1\nimages:\n- name: web\n  newTag: v2\n  digest: NEW\n"),
    # Valid, and rare.
    "CR": ("images:\r- name: web\r  newTag: v1\r", "images:\r- name: web\r  newTag: v2\r  digest: NEW\r"),
    "CR, with no final line end": ("images:\r- name: web\r  newTag: v1", "images:\r- name: web\r  newTag: v2\r  digest: NEW"),
    "a line end of Unicode's": ("images:\u2028- name: web # n\u2028  newTag: v1 # t\u2028", "images:\u2028- name: web # n\u2028  newTag: v2 # t\u2028  digest: NEW\u2028"),
    "a pair without braces": ("images: [name: web]\n", "images: [{name: web, newTag: v2, digest: NEW}]\n"),
    "a pair without braces, and a comment": ("images: [\n  name: web # n\n]\n", "images: [\n  {name: web, newTag: v2, digest: NEW} # n\n]\n"),
    "a pair without braces, in quotes": ('images: ["name": "web"]\n', 'images: [{"name": "web", "newTag": "v2", "digest": "NEW"}]\n'),
    "an explicit pair without braces": ("images: [? name : web]\n", "images: [{? name : web, newTag: v2, digest: NEW}]\n"),
    "JSON without a tag": ('{"resources": ["pod.yaml"], "images": [{"name": "web"}]}', '{"resources": ["pod.yaml"], "images": [{"name": "web", "newTag": "v2", "digest": "NEW"}]}'),
    "flow style, and no colon behind the tag": ("images: [{name: web, newTag}]\n", "images: [{name: web, newTag: v2, digest: NEW}]\n"),
    "flow style, and no colon behind the tag, first": ("images: [{newTag, name: web}]\n", "images: [{newTag: v2, digest: NEW, name: web}]\n"),
    "flow style, and nothing behind the colon": ("images: [{newTag: , name: web}]\n", "images: [{newTag: v2, digest: NEW , name: web}]\n"),
    "explicit keys": ("images:\n- ? name\n  : web\n  ? newTag # t\n  : v1\n", "images:\n- ? name\n  : web\n  ? newTag # t\n  : v2\n  digest: NEW\n"),
    "an explicit key for the name alone": ("images:\n- ? name\n  : web\n", "images:\n- ? name\n  : web\n  newTag: v2\n  digest: NEW\n"),
    "an anchor with nothing behind it": ("images:\n- name: web\n  newTag: &t\n", "images:\n- name: web\n  newTag: &t v2\n  digest: NEW\n"),
    "an anchor with a comment behind it": ("images:\n- name: web\n  newTag: &t # c\n", "images:\n- name: web\n  newTag: &t v2 # c\n  digest: NEW\n"),
    "an alias as the tag, below a comment": ("images:\n- name: db\n  newTag: &tag v1\n- name: web\n  newTag: # c\n    *tag\n", "images:\n- name: db\n  newTag: &tag v1\n- name: web\n  newTag: # c\n    v2\n  digest: NEW\n"),
    "an alias as the name": ("images:\n- name: db\n  newName: &name web\n- name: *name\n", "images:\n- name: db\n  newName: &name web\n- name: *name\n  newTag: v2\n  digest: NEW\n"),
    "a block scalar as the tag, with comments": ("images:\n- name: web\n  newTag: |- # t\n    v1\n\n  # d\n  digest: OLD\n", "images:\n- name: web\n  newTag: v2 # t\n\n  # d\n  digest: NEW\n"),
    "a block scalar as the name": ("images:\n- name: >-\n    web\n  newName: web\n", "images:\n- name: >-\n    web\n  newTag: v2\n  digest: NEW\n  newName: web\n"),
    # An anchor moves, with its value, to where it is used first: others' values are theirs.
    "an anchor that another image's tag uses": ("images:\n- name: web\n  newTag: &t v1 # t\n- name: db\n  newTag: *t # u\n- name: q\n  newTag: *t\n", "images:\n- name: web\n  newTag: v2 # t\n  digest: NEW\n- name: db\n  newTag: &t v1 # u\n- name: q\n  newTag: *t\n"),
    "an anchor that another image's digest uses": ("images:\n- name: web\n  newTag: v1\n  digest: &d OLD\n- name: db\n  digest: *d\n", "images:\n- name: web\n  newTag: v2\n  digest: NEW\n- name: db\n  digest: &d OLD\n"),
    "an anchor and a YAML tag": ("images:\n- name: web\n  newTag: !!str &t 1.10\n- name: db\n  newTag: *t\n", "images:\n- name: web\n  newTag: !!str v2\n  digest: NEW\n- name: db\n  newTag: !!str &t 1.10\n"),
    "an anchor on nothing, which is used": ("images:\n- name: web\n  newTag: &t\n- name: db\n  newTag: *t\n", "images:\n- name: web\n  newTag: v2\n  digest: NEW\n- name: db\n  newTag: &t\n"),
    "an anchor on nothing but a YAML tag, which is used": ("images:\n- name: web\n  newTag: &t !!str # c\n- name: db\n  newTag: *t\n", "images:\n- name: web\n  newTag: !!str v2 # c\n  digest: NEW\n- name: db\n  newTag: &t !!str\n"),
    "an anchor on the line after its key": ("images:\n- name: web\n  newTag:\n    &t v1\n- name: db\n  newTag: *t\n", "images:\n- name: web\n  newTag:\n     v2\n  digest: NEW\n- name: db\n  newTag: &t v1\n"),
    "an anchor on a block scalar": ("images:\n- name: web\n  newTag: &t |-\n    v1\n- name: db\n  newTag: *t\n", 'images:\n- name: web\n  newTag: v2\n  digest: NEW\n- name: db\n  newTag: &t "v1"\n'),
    "an anchor of another document's, too": ("---\nimages:\n- name: web\n  newTag: &t v1\n---\nx: &t v5\ny: *t\n", "---\nimages:\n- name: web\n  newTag: &t v2\n  digest: NEW\n---\nx: &t v5\ny: *t\n"),
    "an entry that inherits": ("images:\n- &b\n  name: db\n  newTag: v1\n  digest: OLD\n- <<: *b\n  name: web\n", "images:\n- &b\n  name: db\n  newTag: v1\n  digest: OLD\n- <<: *b\n  name: web\n  newTag: v2\n  digest: NEW\n"),
    "an entry whose heir has its own": ("images:\n- &w\n  name: web\n  newTag: v1\n- <<: *w\n  name: db\n  newTag: v1\n  digest: OLD\n", "images:\n- &w\n  name: web\n  newTag: v2\n  digest: NEW\n- <<: *w\n  name: db\n  newTag: v1\n  digest: OLD\n"),
    # What a round trip through a YAML library or `kustomize edit` loses.
    "comments at the end and blank lines": ("images:\n\n- name: web\n  newTag: v1\n\n\n# the end\n", "images:\n\n- name: web\n  newTag: v2\n  digest: NEW\n\n\n# the end\n"),
    "an unusual order and unusual indentation of the rest": ("images:\n- name: web\n  newTag: v1\ncommonLabels:\n    app:   \"x\"\n\nnameSuffix: ''\n", "images:\n- name: web\n  newTag: v2\n  digest: NEW\ncommonLabels:\n    app:   \"x\"\n\nnameSuffix: ''\n"),
    "generators, and a long line that a library would fold": ("configMapGenerator:\n- name: c\n  literals:\n  - A=LONG\nimages:\n- name: web\n  newTag: v1\n", "configMapGenerator:\n- name: c\n  literals:\n  - A=LONG\nimages:\n- name: web\n  newTag: v2\n  digest: NEW\n"),
}  # fmt: skip


def filled(text: str) -> str:
    return text.replace("OLD", OLD).replace("NEW", NEW).replace("LONG", "word " * 60)


def with_head(text: str) -> str:
    """Add a resource for kustomize, and leave everything else as it is."""
    if text.startswith("{"):
        return text
    newline = next((end for end in ("\r\n", "\n", "\r", "\u2028") if end in text), "\n")
    head = HEAD.replace("\n", newline)
    if text.startswith("\ufeff"):
        return "\ufeff" + head + text[1:]
    before, separator, after = text.partition("---\n")
    return before + separator + head + after if separator else head + text


def edited(text: str, tag: str | None = "v2", digest: str | None = NEW) -> str:
    return yaml_kustomization.set_image(text.encode(), "k.yaml", Image("web", tag, digest)).decode()


@pytest.mark.parametrize(("before", "after"), EDITS.values(), ids=EDITS)
def test_only_the_scalars_change(before: str, after: str) -> None:
    assert edited(filled(before)) == filled(after)
    assert edited(filled(after)) == filled(after)


def test_kustomize_sees_the_new_image_in_every_shape(tmp_path: Path) -> None:
    # One build of all shapes at once: each is a component of its own under one kustomization.
    kustomize = tool("kustomize")
    names = []
    for number, (before, _) in enumerate(EDITS.values()):
        name = f"k{number}"
        folder = tmp_path / name
        folder.mkdir()
        names.append(name)
        (folder / "kustomization.yaml").write_bytes(edited(with_head(filled(before))).encode())
        (folder / "pod.yaml").write_text(
            f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec: {{containers: [{{name: c, image: web}}]}}\n"
        )
    (tmp_path / "kustomization.yaml").write_text("resources:\n" + "".join(f"- {name}\n" for name in names))
    built = process.run([kustomize, "build", tmp_path]).stdout
    assert re.findall(r"image: (\S+)", built) == [f"web:v2@{NEW}"] * len(EDITS)


# Without a digest, a former one goes: it would win over the tag.
REMOVALS: dict[str, tuple[str, str]] = {
    "a line of its own": ("images:\n- name: web\n  newTag: v1\n  digest: OLD # c\n- name: b\n", "images:\n- name: web\n  newTag: v2\n- name: b\n"),
    "the first line of its item": ("images:\n- digest: OLD\n  name: web\n  newTag: v1\n", "images:\n- name: web\n  newTag: v2\n"),
    "before the tag": ("images:\n- name: web\n  digest: OLD\n  newTag: v1\n", "images:\n- name: web\n  newTag: v2\n"),
    "the last line, without a line end": ("images:\n- name: web\n  newTag: v1\n  digest: OLD", "images:\n- name: web\n  newTag: v2\n"),
    "CRLF": ("images:\r\n- name: web\r\n  newTag: v1\r\n  digest: OLD\r\n", "images:\r\n- name: web\r\n  newTag: v2\r\n"),
    "flow style, last": ("images: [{name: web, newTag: v1, digest: OLD}]\n", "images: [{name: web, newTag: v2}]\n"),
    "flow style, first": ("images: [{digest: OLD, name: web, newTag: v1}]\n", "images: [{name: web, newTag: v2}]\n"),
    "flow style, in the middle": ("images: [{name: web, digest: OLD, newTag: v1}]\n", "images: [{name: web, newTag: v2}]\n"),
    "only a digest": ("images:\n- name: web\n  digest: OLD\n", "images:\n- name: web\n  newTag: v2\n"),
    "none there": ("images:\n- name: web\n  newTag: v1\n", "images:\n- name: web\n  newTag: v2\n"),
    "a digest in a block": ("images:\n- name: web\n  digest: |-\n    OLD\n  newTag: v1\n", "images:\n- name: web\n  newTag: v2\n"),
    "a digest in a block, above a comment": ("images:\n- name: web\n  digest: |-\n    OLD\n\n  # t\n  newTag: v1 # u\n", "images:\n- name: web\n  # t\n  newTag: v2 # u\n"),
    "CR": ("images:\r- name: web\r  newTag: v1\r  digest: OLD\r- name: b\r", "images:\r- name: web\r  newTag: v2\r- name: b\r"),
    "explicit keys": ("images:\n- ? name\n  : web\n  ? digest\n  : OLD # d\n  ? newTag\n  : v1\n", "images:\n- ? name\n  : web\n  ? newTag\n  : v2\n"),
    "an explicit key, first": ("images:\n- ? digest\n  : OLD\n  ? name\n  : web\n", "images:\n- ? name\n  : web\n  newTag: v2\n"),
    "flow style, last, behind a comment": ("images: [{name: web, newTag: v1, # x,\n  digest: OLD}]\n", "images: [{name: web, newTag: v2 # x,\n  }]\n"),
    "flow style, in the middle, behind a comment": ("images: [{name: web, newTag: v1, # x,\n  digest: OLD, newName: web}]\n", "images: [{name: web, newTag: v2, # x,\n  newName: web}]\n"),
    "flow style, before a comment": ("images: [{name: web, digest: OLD, # x,\n  newTag: v1}]\n", "images: [{name: web, # x,\n  newTag: v2}]\n"),
    "flow style, with a comma at the end": ("images: [{name: web, newTag: v1,# x\n  digest: OLD,}]\n", "images: [{name: web, newTag: v2,# x\n  }]\n"),
    "an anchor that another image uses": ("images:\n- name: web\n  digest: &d OLD # d\n- name: b\n  digest: *d # e\n- name: c\n  digest: *d\n", "images:\n- name: web\n  newTag: v2\n- name: b\n  digest: &d OLD # e\n- name: c\n  digest: *d\n"),
    "an anchor that nothing uses": ("images:\n- name: web\n  digest: &d OLD\n", "images:\n- name: web\n  newTag: v2\n"),
    "an alias": ("images:\n- name: b\n  digest: &d OLD\n- name: web\n  digest: *d # x\n", "images:\n- name: b\n  digest: &d OLD\n- name: web\n  newTag: v2\n"),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after"), REMOVALS.values(), ids=REMOVALS)
def test_a_digest_of_another_tag_is_taken_out(before: str, after: str) -> None:
    assert edited(filled(before), digest=None) == filled(after)


REVERSIBLE = [
    name
    for name, (before, _) in EDITS.items()
    if "digest" in before and not any(word in name for word in ("alias", "scalar", "uses", "inherits", "heir"))
]


@pytest.mark.parametrize("name", [name for name in REVERSIBLE if "only" not in name])
def test_there_and_back_gives_the_same_bytes(name: str) -> None:
    before = filled(EDITS[name][0])
    (former,) = [image for image in yaml_kustomization.images(before.encode(), "k.yaml") if image.name == "web"]
    assert edited(edited(before), former.tag, former.digest) == before


TAGS = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}", fullmatch=True)


@settings(max_examples=examples(200), deadline=None)
@given(st.sampled_from(sorted(EDITS)), TAGS, TAGS)
@pytest.mark.slow
def test_any_tag_is_read_back_as_it_was_set(name: str, tag: str, other: str) -> None:
    text = edited(edited(filled(EDITS[name][0]), other), tag)
    assert Image("web", tag, NEW) in yaml_kustomization.images(text.encode(), "k.yaml")


@settings(max_examples=examples(100), deadline=None)
@given(TAGS, TAGS)
def test_what_the_generator_wrote_stays_as_it_would_write_it(tag: str, other: str) -> None:
    # However the tag went from one to the next, a fresh file with the last one looks the same.
    fresh = "images:\n- name: web\n  newTag: unreleased\n"
    assert edited(edited(fresh, other), tag) == edited(fresh, tag)


REFUSED = {
    "no images": ("resources: []\n", "k.yaml:1:1 images: has no entry for web"),
    "no entry of this name": ("images:\n- name: webs\n", "k.yaml:1:1 images: has no entry for web"),
    "an empty file": ("", "k.yaml:1:1 images: has no entry for web"),
    "conflict markers": ("images:\n<<<<<<< HEAD\n- name: web\n", "k.yaml:3:1: could not find expected ':'"),
    "brackets without end": ("[" * 200_000, "k.yaml:1:201: nested deeper than 200 levels"),
    # kustomize takes the last one; other readers of YAML take the first, or none.
    "two entries of this name": ("images:\n- name: web\n  newTag: v2\n- name: 'web'\n", "k.yaml:4:3 images[1]: web is there twice"),
    "an entry that inherits this name": ("images:\n- &w\n  name: web\n- <<: *w\n  newTag: v1\n", "k.yaml:4:3 images[1]: web is there twice"),
    "two tags": ("images:\n- name: b\n- name: web\n  newTag: v1\n  newTag: v2\n", "k.yaml:5:3 images[1].newTag: is there twice"),
    "two digests": ("images: [{name: web, digest: a, 'digest': b}]\n", "k.yaml:1:33 images[0].digest: is there twice"),
    "two names": ("images:\n- name: web\n  name: b\n- name: web\n", "k.yaml:4:3 images[1]: web is there twice"),
    "two lists of images": ("images:\n- name: web\nimages:\n- name: b\n", "k.yaml:3:1 images: is there twice"),
    # What cannot be changed without something else, or not in this style.
    "an entry that another one inherits from": ("images:\n- &w\n  name: web\n  newTag: v1\n- <<: *w\n  name: b\n", "k.yaml:2:3 images[0]: cannot be edited safely"),
    "images that stand elsewhere, too": ("images: &i\n- name: web\n  newTag: v1\nothers: *i\n", "k.yaml:2:3 images[0]: cannot be edited safely"),
    "an entry that is an alias": ("other: &w\n  name: web\nimages: [*w]\n", "k.yaml:1:8 images[0]: cannot be edited safely"),
    "a tag that is marked as a number": ("images:\n- name: web\n  newTag: !!int 1\n", "k.yaml:2:3 images[0]: cannot be edited safely"),
    "an explicit key without a value": ("images:\n- ? name\n  : web\n  ? newTag\n", "k.yaml:2:3 images[0]: cannot be edited safely"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "fault"), REFUSED.values(), ids=REFUSED)
def test_what_has_no_place_for_the_image_is_refused(text: str, fault: str) -> None:
    with pytest.raises(SpecError) as caught:
        edited(text)
    assert [str(found) for found in caught.value.faults] == [fault]


def test_a_digest_that_is_inherited_cannot_be_taken_out() -> None:
    text = "images:\n- &b\n  name: db\n  digest: x\n- <<: *b\n  name: web\n"
    with pytest.raises(SpecError) as caught:
        edited(text, digest=None)
    (fault,) = caught.value.faults
    assert str(fault) == "k.yaml:5:3 images[1].digest: is inherited through <<, and would win over the tag"


@pytest.mark.parametrize("text", [text for text, fault in REFUSED.values() if "safely" in fault])
def test_what_is_refused_has_a_way_out(text: str) -> None:
    with pytest.raises(SpecError) as caught:
        edited(text)
    assert caught.value.faults[0].hint == "write images[0] in block style, without anchors and aliases"


def test_aliases_within_aliases_are_compared_once() -> None:
    lines = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    text = "\n".join(["a0: &a0 [x]", *lines, "images:", "- name: web", ""])
    assert edited(text) == f"{text}  newTag: v2\n  digest: {NEW}\n"


def test_bytes_that_are_not_utf8_are_refused() -> None:
    with pytest.raises(SpecError):
        yaml_kustomization.set_image(b"images:\n- name: web # \xff\n", "k.yaml", Image("web", "v2", None))


# -- annotations of the kustomization itself

K = "kind: Kustomization\n"
PIN = "gitops-generator/pinned"
# A kustomization; and the same with PIN in its annotations.
ANNOTATED: dict[str, tuple[str, str]] = {
    "no metadata": (f"{K}resources: []\n", f"{K}metadata:\n  annotations:\n    {PIN}: x\nresources: []\n"),
    "a comment behind the kind": ("kind: K # c\n# r\nresources: []\n", f"kind: K # c\nmetadata:\n  annotations:\n    {PIN}: x\n# r\nresources: []\n"),
    "nothing but the kind, and no final line end": ("kind: K", f"kind: K\nmetadata:\n  annotations:\n    {PIN}: x"),
    "no kind": ("# top\nresources: []\n", f"# top\nmetadata:\n  annotations:\n    {PIN}: x\nresources: []\n"),
    "CRLF": ("kind: K\r\nresources: []\r\n", f"kind: K\r\nmetadata:\r\n  annotations:\r\n    {PIN}: x\r\nresources: []\r\n"),
    "a byte order mark": ("\ufeffkind: K\nresources: []\n", f"\ufeffkind: K\nmetadata:\n  annotations:\n    {PIN}: x\nresources: []\n"),
    "metadata with a name": (f"{K}metadata:\n  name: web # n\n", f"{K}metadata:\n  annotations:\n    {PIN}: x\n  name: web # n\n"),
    "other annotations, deeper": (f"{K}metadata:\n    annotations:\n        a: b # c\n", f"{K}metadata:\n    annotations:\n        {PIN}: x\n        a: b # c\n"),
    "an annotation in flow style": (f"{K}metadata: {{annotations: {{a: b}}}}\n", f'{K}metadata: {{annotations: {{"{PIN}": "x", a: b}}}}\n'),
    "JSON": ('{"kind": "K", "resources": []}', f'{{"metadata": {{"annotations": {{"{PIN}": "x"}}}}, "kind": "K", "resources": []}}'),
    "empty annotations": (f"{K}metadata: {{annotations: {{}}}}\n", f'{K}metadata: {{annotations: {{"{PIN}": "x"}}}}\n'),
    "a comment within braces": (f"{K}metadata: {{annotations: {{ # c\n  }}}}\n", f'{K}metadata: {{annotations: {{"{PIN}": "x" # c\n  }}}}\n'),
    "CR": ("kind: K\rresources: []\r", f"kind: K\rmetadata:\r  annotations:\r    {PIN}: x\rresources: []\r"),
    "a kind on several lines": ("kind: >-\n  K\nimages: []\n", f"kind: >-\n  K\nmetadata:\n  annotations:\n    {PIN}: x\nimages: []\n"),
    "a kind on several lines, and no final line end": ("kind: |-\n  K", f"kind: |-\n  K\nmetadata:\n  annotations:\n    {PIN}: x"),
    "a kind with an explicit key": ("? kind # c\n# d\n: K\nimages: []\n", f"? kind # c\n# d\n: K\nmetadata:\n  annotations:\n    {PIN}: x\nimages: []\n"),
    "a kind that has an anchor": ("&k kind: &v K\nx: *v\n", f"&k kind: &v K\nmetadata:\n  annotations:\n    {PIN}: x\nx: *v\n"),
    "an explicit key first": ("? resources\n: []\n", f"metadata:\n  annotations:\n    {PIN}: x\n? resources\n: []\n"),
    "explicit keys of annotations": (f"{K}metadata:\n  annotations:\n    ? a\n    : b\n", f"{K}metadata:\n  annotations:\n    {PIN}: x\n    ? a\n    : b\n"),
}  # fmt: skip

# The same, where a map has nothing in it, as when a person has deleted the only line of it. Taken out, it goes as well.
EMPTIED: dict[str, tuple[str, str]] = {
    "metadata": (f"{K}metadata:\nimages: []\n", f"{K}metadata:\n  annotations:\n    {PIN}: x\nimages: []\n"),
    "annotations": (f"{K}metadata:\n  annotations:\n  name: n\n", f"{K}metadata:\n  annotations:\n    {PIN}: x\n  name: n\n"),
    "annotations alone, and no final line end": ("metadata:\n  annotations:", f"metadata:\n  annotations:\n    {PIN}: x"),
    "comments": ("metadata: # c\n  # d\nimages: []\n", f"metadata: # c\n  annotations:\n    {PIN}: x\n  # d\nimages: []\n"),
    "CRLF": ("metadata:\r\nimages: []\r\n", f"metadata:\r\n  annotations:\r\n    {PIN}: x\r\nimages: []\r\n"),
    "an anchor": ("metadata: &m\nimages: []\n", f"metadata: &m\n  annotations:\n    {PIN}: x\nimages: []\n"),
    "an explicit key": ("? metadata\n:\nimages: []\n", f"? metadata\n:\n  annotations:\n    {PIN}: x\nimages: []\n"),
    "null": ("metadata: null # c\n", f'metadata: {{"annotations": {{"{PIN}": "x"}}}} # c\n'),
    "~": ("metadata:\n  annotations: ~\n", f'metadata:\n  annotations: {{"{PIN}": "x"}}\n'),
    "flow style": ("metadata: {annotations: , name: n}\n", f'metadata: {{annotations: {{"{PIN}": "x"}} , name: n}}\n'),
    "flow style, and no colon": ("metadata: {annotations}\n", f'metadata: {{annotations: {{"{PIN}": "x"}}}}\n'),
    "JSON": ('{"metadata": null}', f'{{"metadata": {{"annotations": {{"{PIN}": "x"}}}}}}'),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after"), ANNOTATED.values(), ids=ANNOTATED.keys())
def test_an_annotation_is_entered_and_nothing_else_changes(before: str, after: str) -> None:
    entered = yaml_kustomization.set_annotation(before.encode(), "k.yaml", PIN, "x")
    assert entered == after.encode()
    assert yaml_kustomization.read_annotations(entered, "k.yaml")[PIN] == "x"
    assert yaml_kustomization.set_annotation(entered, "k.yaml", PIN, "x") == entered
    changed = yaml_kustomization.set_annotation(entered, "k.yaml", PIN, "build 7: ok")
    assert yaml_kustomization.read_annotations(changed, "k.yaml")[PIN] == "build 7: ok"
    taken_out = yaml_kustomization.set_annotation(changed, "k.yaml", PIN, None)
    assert PIN not in yaml_kustomization.read_annotations(taken_out, "k.yaml")
    if "{}" not in before:
        assert taken_out.rstrip(b"\r\n") == before.encode().rstrip(b"\r\n")


@pytest.mark.parametrize(("before", "after"), EMPTIED.values(), ids=EMPTIED.keys())
def test_nothing_is_a_map_with_nothing_in_it(before: str, after: str) -> None:
    assert yaml_kustomization.set_annotation(before.encode(), "k.yaml", PIN, None) == before.encode()
    entered = yaml_kustomization.set_annotation(before.encode(), "k.yaml", PIN, "x")
    assert entered == after.encode()
    taken_out = yaml_kustomization.set_annotation(entered, "k.yaml", PIN, None)
    assert PIN.encode() not in taken_out
    assert yaml_kustomization.read_annotations(
        yaml_kustomization.set_annotation(taken_out, "k.yaml", PIN, "y") if taken_out else entered, "k.yaml"
    )


# An annotation, and the same file with "it's: a, [b]" in it, and without it.
CHANGED: dict[str, tuple[str, str, str]] = {
    "single quotes": (f"metadata:\n  annotations:\n    {PIN}: 'x y'\n    a: b\n", f"metadata:\n  annotations:\n    {PIN}: 'it''s: a, [b]'\n    a: b\n", "metadata:\n  annotations:\n    a: b\n"),
    "plain, within braces": (f"metadata: {{annotations: {{{PIN}: x}}}}\nx: y\n", f'metadata: {{annotations: {{{PIN}: "it\'s: a, [b]"}}}}\nx: y\n', "x: y\n"),
    "a block": (f"metadata:\n  annotations:\n    {PIN}: |-\n      x\nx: y\n", f'metadata:\n  annotations:\n    {PIN}: "it\'s: a, [b]"\nx: y\n', "x: y\n"),
    "a block, below a comment": (f"metadata:\n  # c\n  annotations:\n    {PIN}: |-\n      x\nx: y\n", f'metadata:\n  # c\n  annotations:\n    {PIN}: "it\'s: a, [b]"\nx: y\n', "metadata:\n  # c\n  {}\nx: y\n"),
    "an explicit key": (f"metadata:\n  annotations:\n    ? {PIN}\n    : x\n    ? a\n    : b\n", f'metadata:\n  annotations:\n    ? {PIN}\n    : "it\'s: a, [b]"\n    ? a\n    : b\n', "metadata:\n  annotations:\n    ? a\n    : b\n"),
    "an anchor that is used": (f"metadata:\n  annotations:\n    {PIN}: &x y\n    a: *x\n", f'metadata:\n  annotations:\n    {PIN}: "it\'s: a, [b]"\n    a: &x y\n', "metadata:\n  annotations:\n    a: &x y\n"),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after", "without"), CHANGED.values(), ids=CHANGED.keys())
def test_an_annotation_changes_and_goes_alone(before: str, after: str, without: str) -> None:
    assert yaml_kustomization.set_annotation(before.encode(), "k.yaml", PIN, "it's: a, [b]").decode() == after
    assert yaml_kustomization.set_annotation(before.encode(), "k.yaml", PIN, None).decode() == without


def test_a_comment_beside_an_annotation_outlives_it() -> None:
    text = f"{K}metadata:\n  # why\n  annotations:\n    {PIN}: x\nresources: []\n".encode()
    taken_out = yaml_kustomization.set_annotation(text, "k.yaml", PIN, None)
    assert b"# why" in taken_out
    assert yaml_kustomization.read_annotations(
        yaml_kustomization.set_annotation(taken_out, "k.yaml", PIN, "y"), "k.yaml"
    ) == {PIN: "y"}


def test_kustomize_takes_annotations_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n")
    text = b"kind: Kustomization\napiVersion: kustomize.config.k8s.io/v1beta1\nresources: [pod.yaml]\n"
    (tmp_path / "kustomization.yaml").write_bytes(yaml_kustomization.set_annotation(text, "k.yaml", PIN, "x"))
    built = process.run([tool("kustomize"), "build", tmp_path]).stdout
    assert "kind: Pod" in built
    assert PIN not in built


UNFIT = {
    "metadata: 3\n": "k.yaml:1:1 metadata: is no map",
    "metadata:\n  annotations: []\n": "k.yaml:2:3 annotations: is no map",
    "metadata: ''\n": "k.yaml:1:1 metadata: is no map",
    "[]\n": "k.yaml:1:1: is no kustomization",
    "": "k.yaml:1:1: is no kustomization",
    "metadata:\n  name: n\nmetadata:\n": "k.yaml:3:1 metadata: is there twice",
    "metadata:\n  annotations:\n  annotations:\n": "k.yaml:3:3 metadata.annotations: is there twice",
    f"metadata:\n  annotations:\n    {PIN}: x\n    {PIN}: x\n": f"k.yaml:4:5 metadata.annotations.{PIN}: is there twice",
    "kind: K\nmetadata:\n  annotations: &a\n    b: c\nlabels: *a\n": "k.yaml:2:1 metadata: cannot be edited safely",
}


@pytest.mark.parametrize(("text", "fault"), UNFIT.items())
def test_metadata_that_has_no_place_for_an_annotation_is_refused(text: str, fault: str) -> None:
    with pytest.raises(SpecError) as caught:
        yaml_kustomization.set_annotation(text.encode(), "k.yaml", PIN, "x")
    assert [str(found) for found in caught.value.faults] == [fault]
