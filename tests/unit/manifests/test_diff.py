"""The rendered diff: by object, nothing secret in it, and as Markdown of a stated size."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.manifests import diff, redact
from generator.manifests.diff import Change
from generator.yaml import emit as yaml_emit

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop-dev
spec:
  replicas: {replicas}
  template:
    spec:
      containers:
      - env:
        - name: DB_PASSWORD
          value: {password}
        - name: URL
          value: postgres://shop:{password}@db/shop
        args: ["--api-key={password}", "--level=info"]
"""
SECRET = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: keys-{hash}\ndata:\n  a: {a}\nstringData:\n  b: {b}\n"


def changes(before: str, after: str) -> list[Change]:
    return diff.compare("dev", diff.split(before), diff.split(after))


def body(change: Change) -> list[str]:
    return [line.rstrip("\n") for line in change.lines[2:] if line[0] in "+-"]


def test_only_what_differs_is_shown_as_it_stands() -> None:
    service = "kind: Service\nmetadata: {name: web, namespace: shop-dev}\n"
    one = "kind: Role\nmetadata: {name: r}\nrules: [ {verbs: [get]} ]   # as it stands\n"
    [change] = changes(f"{service}---\n{one}", f"{one.replace('get', 'list')}---\n{service}")
    assert (change.environment, change.object, change.counts) == ("dev", "Role/r", (1, 1))
    assert "+rules: [ {verbs: [list]} ]   # as it stands" in body(change)


def test_values_that_are_secret_by_name_or_place_are_hidden_and_their_change_is_not() -> None:
    old = DEPLOYMENT.format(replicas=1, password="hunter2")
    [change] = changes(old, DEPLOYMENT.format(replicas=2, password="hunter3"))
    text = "".join(change.lines)
    assert "hunter" not in text
    assert "-  replicas: 1" in body(change)
    assert sum("(hidden, changed)" in line for line in body(change)) == 3
    assert "postgres://shop:(hidden, changed)@db/shop" in text
    [only] = changes(old, old.replace("replicas: 1", "replicas: 2"))
    assert body(only) == ["-  replicas: 1", "+  replicas: 2"]


def test_no_byte_of_a_secret_is_shown() -> None:
    before = SECRET.format(hash="aaaaaaaaaa", a="aHVudGVyMg==", b="anna")
    after = SECRET.format(hash="bbbbbbbbbb", a="aHVudGVyMg==", b="berta")
    [change] = changes(before, after)
    text = "".join(change.lines)
    assert change.object == "Secret/keys"
    assert not any(word in text for word in ("aHVudGVyMg", "anna", "berta"))
    assert "(hidden, changed)" in "".join(body(change))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DB_PASS", "hunter2"),
        ("dbPwd", "hunter2"),
        ("PG_DSN", "hunter2"),
        ("SIGNING_KEY", "hunter2"),
        ("GH", f"ghp_{'x' * 36}"),
        ("HUB", f"github_pat_{'x' * 30}"),
        ("LAB", f"glpat-{'x' * 20}"),
        ("AWS", "AKIA" + "X" * 16),
        ("JWT", "eyJhbGciOi.eyJzdWIiOi.c2ln"),
        ("HEADER", "Bearer hunter2hunter2"),
        ("PEM", "-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----\n"),
        ("CUT", "-----BEGIN PRIVATE KEY-----\nhunter2\n"),
        ("app.conf", "pass = hunter2\nlevel = info"),
    ],
)
@pytest.mark.parametrize("place", ["a ConfigMap", "a variable"])
def test_what_is_secret_by_its_name_or_its_form_is_hidden(place: str, name: str, value: str) -> None:
    if place == "a ConfigMap":
        text = yaml_emit.dump({"kind": "ConfigMap", "metadata": {"name": "c"}, "data": {name: value}})
    else:
        text = yaml_emit.dump({"kind": "Pod", "metadata": {"name": "p"}, "spec": [{"name": name, "value": value}]})
    _, shown = redact.manifests("", text)
    assert "(hidden)" in shown
    assert not re.search(r"hunter2|xxxxxxxx|XXXXXXXX|eyJz", shown)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PASSTHROUGH", "on"),
        ("COMPASS", "north"),
        ("AUTH_URL", "https://a/b"),
        ("KEY", "value"),
        ("NOTE", "a Bearer of news"),
    ],
)
def test_what_is_no_secret_stays(name: str, value: str) -> None:
    text = yaml_emit.dump({"kind": "ConfigMap", "metadata": {"name": "c"}, "data": {name: value}})
    assert redact.manifests("", text)[1] == text


def test_a_config_map_hides_only_what_tells_that_it_is_secret() -> None:
    text = "kind: ConfigMap\nmetadata: {{name: c}}\ndata:\n  SESSION_TOKEN: {0}\n  LEVEL: {1}\n  app.ini: |\n    password = {0}\n"
    [change] = changes(text.format("s3cr3t", "info"), text.format("0th3r", "debug"))
    shown = "".join(change.lines)
    assert "s3cr3t" not in shown
    assert "0th3r" not in shown
    assert "+  LEVEL: debug" in body(change)


def test_fields_of_kubernetes_that_merely_sound_secret_are_shown() -> None:
    text = "kind: Ingress\nmetadata: {{name: i}}\nspec:\n  tls: [{{secretName: {0}}}]\n  automountServiceAccountToken: {1}\n"
    [change] = changes(text.format("one", "true"), text.format("two", "false"))
    assert "+  tls: [{secretName: two}]" in body(change)
    assert "+  automountServiceAccountToken: false" in body(change)


def test_markdown_of_nothing_says_so() -> None:
    assert diff.markdown([]) == "Nothing changes in the cluster.\n"


def test_markdown_counts_and_unfolds() -> None:
    [change] = changes(DEPLOYMENT.format(replicas=1, password="x"), DEPLOYMENT.format(replicas=2, password="x"))
    text = diff.markdown([change])
    assert text.startswith(
        "1 object would change: dev 1.\n\n<details><summary>dev: Deployment/shop-dev/web <code>+1 -1"
    )
    assert "-  replicas: 1\n+  replicas: 2\n" in text
    assert text.endswith("```\n\n</details>\n")
    assert "not shown" not in text


def test_what_stands_in_a_manifest_cannot_break_out_of_the_block() -> None:
    evil = (
        "kind: ConfigMap\nmetadata: {name: '</summary><img src=x>'}\ndata:\n  a: |\n    ```\n    ````\n    @everyone\n"
    )
    text = diff.markdown(changes("", evil))
    assert "<img" not in text.partition("`````diff")[0]
    assert text.count("`````") == 2


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 300)), max_size=30),
    st.integers(1000, 20_000),
)
def test_it_is_never_longer_than_said_and_says_what_is_missing(sizes: list[tuple[int, int]], limit: int) -> None:
    found = [
        Change("dev", f"ConfigMap/{index}", ("--- a\n", "+++ b\n", "@@ -1 +1 @@\n", *[f"+{'x' * width}\n"] * lines))
        for index, (lines, width) in enumerate(sizes)
    ]
    text = diff.markdown(found, limit, "All of it: run it yourself")
    assert len(text) <= limit
    whole = sum("".join(change.lines) in text for change in found)
    missing = re.search(r"(\d+) of \d+ not shown in full\. Cut at", text)
    assert (int(missing[1]) if missing else 0) == len(found) - sum(
        f"<summary>dev: {change.object} " in text
        and "".join(change.lines) in text.partition(f"dev: {change.object} ")[2].partition("</details>")[0]
        for change in found
    ), (whole, text)
    assert text.count("<details>") == text.count("</details>")
    assert text.count("```") % 2 == 0


@pytest.mark.parametrize("line", ["kind: Secret\nmetadata: {name: s}\ndata: not-a-map\n"])
def test_a_secret_of_an_odd_shape_is_hidden_all_the_same(line: str) -> None:
    assert "not-a-map" not in "".join(changes("", line)[0].lines)
