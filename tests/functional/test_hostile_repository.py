"""A repository may be a stranger's: nothing of it is fetched, followed out of it, or read without end."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from generator.manifests import isolation, kustomize, sources
from generator.manifests.kustomize import BuildError
from generator.manifests.sources import Rules
from testing.programs import Run, tool
from testing.repository import git
from testing.servers import loopback
from testing.templates import Templates

OVERLAY = "overlays/dev/web"
KUSTOMIZATION = f"{OVERLAY}/kustomization.yaml"
SECRET = "c2VjcmV0LW9mLXRoZS1ob21l"
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fetched}\n"


class Server(loopback.Server):
    """A server that gives a manifest for everything, and counts."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        server = self

        class Handler(loopback.Handler):
            def do_GET(self) -> None:
                server.asked.append(self.path)
                self.answer(200, CONFIG_MAP.encode())

        super().__init__(Handler)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        yield made


@pytest.fixture
def shop(templates: Templates, repository: Path, generator: Run) -> Path:
    tool("kustomize")
    tool("kubeconform")

    def make() -> None:
        assert generator("generate", "-q", cwd=repository).returncode == 0
        git(repository, "add", "-A")
        git(repository, "commit", "-qm", "Generate")

    templates.fill("ten lines, committed", make)
    return repository


def write(place: Path, name: str, text: str) -> None:
    (place / name).parent.mkdir(parents=True, exist_ok=True)
    (place / name).write_text(text)


def kustomization(text: str) -> Callable[[Path], None]:
    return lambda place: write(place, KUSTOMIZATION, text)


INLINE = "apiVersion: builtin\n  kind: ConfigMapGenerator\n  metadata: {name: x}\n  files: [URL/a]\n"
# What an overlay may say that would have kustomize go to the network.
REMOTE = {
    "a file of a ConfigMap": "configMapGenerator: [{name: x, files: [URL/a]}]\n",
    "a file of a ConfigMap, with a name": "configMapGenerator: [{name: x, files: [a=URL/a]}]\n",
    "variables": "configMapGenerator: [{name: x, envs: [URL/a]}]\n",
    "variables, the old field": "secretGenerator: [{name: x, env: URL/a}]\n",
    "a resource": "resources: [URL/a.yaml]\n",
    "a resource, the field in capitals": "Resources: [URL/a.yaml]\n",
    "a resource, the scheme in capitals": "resources: ['HTTP://127.0.0.1:PORT/a.yaml']\n",
    "a resource by an alias": "bases: &x [URL/a.yaml]\nresources: *x\n",
    "a resource by a merge": "<<: {resources: [URL/a.yaml]}\n",
    "a resource, in base64": "resources: [!!binary BASE64]\n",
    "a repository": "resources: ['URL/acme/evil.git//web?ref=main']\n",
    "a repository by ssh": "resources: ['git@127.0.0.1:acme/evil.git//web']\n",
    "a repository of GitHub's": "resources: ['github.com/acme/evil//web?ref=main']\n",
    "a repository, forced": "resources: ['git::URL/acme/evil.git//web']\n",
    "a component": "components: ['URL/acme/evil.git//web']\n",
    "a base": "bases: ['URL/acme/evil.git//web']\n",
    "a patch": "patches: [{path: URL/a.yaml}]\n",
    "a patch, the old field": "patchesStrategicMerge: [URL/a.yaml]\n",
    "a patch of JSON": "patchesJson6902: [{target: {version: v1, kind: Service, name: web}, path: URL/a.yaml}]\n",
    "a replacement": "replacements: [{path: URL/a.yaml}]\n",
    "a CRD": "crds: [URL/a.json]\n",
    "an OpenAPI": "openapi: {path: URL/a.json}\n",
    "a configuration": "configurations: [URL/a.yaml]\n",
    "a generator": "generators: [URL/a.yaml]\n",
    "a transformer": "transformers: [URL/a.yaml]\n",
    "a validator": "validators: [URL/a.yaml]\n",
    "a generator written in it": f"generators:\n- |\n  {INLINE}",
    "a generator written in it, on one line": "generators: ['{apiVersion: builtin, kind: ConfigMapGenerator, metadata: {name: x}, files: [\"URL/a\"]}']\n",
    "a chart": "helmCharts: [{name: x, repo: URL, version: 1.0.0}]\n",
}


# Each of the texts in one of the two ways.
@pytest.mark.thin(2)
@pytest.mark.parametrize("text", REMOTE.values(), ids=REMOTE)
@pytest.mark.parametrize("first", ["", "resources: [../../../base/web]\n"], ids=["alone", "with a base"])
def test_nothing_is_fetched(text: str, first: str, shop: Path, server: Server) -> None:
    import base64

    port = server.url.rpartition(":")[2]
    said = text.replace("BASE64", base64.b64encode(f"{server.url}/a.yaml".encode()).decode())
    said = said.replace("URL", server.url).replace("PORT", port)
    first = "" if text.lower().startswith("resources") or "<<" in text or "*x" in text else first
    write(shop, KUSTOMIZATION, first + said)
    found = sources.faults(shop, OVERLAY, Rules())
    assert {fault.file for fault in found} == {KUSTOMIZATION}
    assert found[0].hint
    # And should such a name ever go unnoticed, kustomize does not get there.
    if isolation.words():
        with pytest.raises(BuildError):
            kustomize.build(shop, OVERLAY, tool("kustomize"))
    assert server.asked == []


def test_validate_and_the_diff_fetch_nothing_and_name_the_line(shop: Path, generator: Run, server: Server) -> None:
    write(
        shop,
        KUSTOMIZATION,
        f"resources:\n- ../../../base/web\nconfigMapGenerator:\n- name: x\n  files:\n  - {server.url}/a\n",
    )
    for words in (("validate",), ("diff", "--rendered", "--against", "HEAD"), ("compare", "dev", "staging")):
        done = generator(*words, cwd=shop)
        assert done.returncode == 1, done.stdout
        assert (
            f"{KUSTOMIZATION}:6:5 configMapGenerator[0].files[0]: {server.url}/a would be read from the network"
            in done.stderr
        )
        assert "allow: {references:" in done.stderr
    assert server.asked == []


def test_what_the_spec_allows_is_fetched(shop: Path, generator: Run, server: Server) -> None:
    write(shop, KUSTOMIZATION, f"namespace: shop-dev\nresources: [../../../base/web, {server.url}/a.yaml]\n")
    with (shop / "generator.yaml").open("a") as stream:
        stream.write(f"allow: {{references: ['{server.url}/a.yaml']}}\n")
    done = generator("validate", cwd=shop)
    assert "would be read from the network" not in done.stderr
    assert server.asked == ["/a.yaml"]


def test_only_what_uses_an_allowed_reference_gets_the_network(shop: Path, server: Server) -> None:
    rules = Rules(frozenset({f"{server.url}/a.yaml", "../../dev/web"}))
    write(shop, KUSTOMIZATION, f"resources: [../../../base/web, {server.url}/a.yaml]\n")
    write(shop, "overlays/prod/web/kustomization.yaml", "resources: [../../dev/web]\n")
    assert sources.reaches_out(shop, OVERLAY, rules)
    assert not sources.reaches_out(shop, "overlays/staging/web", rules)
    assert not sources.reaches_out(shop, OVERLAY, Rules())


def test_a_change_cannot_allow_itself_what_it_shows(shop: Path, generator: Run, server: Server) -> None:
    write(shop, KUSTOMIZATION, f"namespace: shop-dev\nresources: [../../../base/web, {server.url}/a.yaml]\n")
    with (shop / "generator.yaml").open("a") as stream:
        stream.write(f"allow: {{references: ['{server.url}/a.yaml']}}\n")
    assert generator("diff", "--rendered", "--against", "HEAD", cwd=shop).returncode == 1
    assert server.asked == []


def test_kustomize_gets_no_credentials(shop: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GIT_TOKEN", SECRET)
    monkeypatch.setenv("SSH_AUTH_SOCK", "/agent")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    script = tmp_path / "kustomize"
    script.write_text("#!/bin/sh\nexport -p\n")
    script.chmod(0o755)
    for online in (False, True):
        said = kustomize.build(shop, OVERLAY, script, online=online)
        assert "PATH=" in said
        assert str(Path.home()) not in said
        assert not [name for name in (SECRET, "SSH_AUTH_SOCK", "GIT_TOKEN") if name in said]


def linked(name: str, to: str) -> Callable[[Path], None]:
    def make(place: Path) -> None:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).unlink(missing_ok=True)
        (place / name).symlink_to(to.replace("OUTSIDE", str(place.parent / "outside")))

    return make


def fifo(name: str) -> Callable[[Path], None]:
    def make(place: Path) -> None:
        (place / name).unlink(missing_ok=True)
        os.mkfifo(place / name)

    return make


def sock(name: str) -> Callable[[Path], None]:
    def make(place: Path) -> None:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(os.path.relpath(place / name))

    return make


BOMB = "\n".join(["a0: &a0 [x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))]) + "\n"
ODD = {
    "a link in gitops/": linked("gitops/config.yaml", "OUTSIDE/config.json"),
    "a link in gitops/, over a file": linked("gitops/bootstrap.yaml", "OUTSIDE/config.json"),
    "an endless device": linked("gitops/zero.yaml", "/dev/zero"),
    "a pipe in gitops/": fifo("gitops/pipe.yaml"),
    "a socket in gitops/": sock("gitops/socket.yaml"),
    "a pipe for a kustomization": fifo(KUSTOMIZATION),
    "a pipe beside a kustomization": fifo(f"{OVERLAY}/pipe"),
    "a link for a kustomization": linked(KUSTOMIZATION, "OUTSIDE/config.json"),
    "an endless device for a kustomization": linked(KUSTOMIZATION, "/dev/zero"),
    "a link beside a kustomization": linked(f"{OVERLAY}/a.yaml", "OUTSIDE/config.json"),
    "a link to a folder that is built on": lambda place: (
        linked("shared", "OUTSIDE")(place),
        kustomization("resources: [../../../base/web, ../../../shared]\n")(place),
    ),
    "a folder outside that is built on": lambda place: (
        kustomization("resources: [../../../base/web, ../../../../outside]\n")(place)
    ),
    "a link to git's own folder": lambda place: (
        linked("shared", ".git")(place),
        kustomization("resources: [../../../base/web, ../../../shared]\n")(place),
    ),
    "an alias bomb for a kustomization": kustomization(BOMB + "resources: [../../../base/web]\n"),
    "an alias bomb in gitops/": lambda place: write(place, "gitops/bomb.yaml", BOMB),
    "a file within itself in gitops/": lambda place: write(place, "gitops/self.yaml", "a: &a [*a]\n"),
    "a deep file in gitops/": lambda place: write(place, "gitops/deep.yaml", "a: " + "[" * 20000),
    "a large file in gitops/": lambda place: write(place, "gitops/large.yaml", "#" * (17 << 20)),
}  # fmt: skip


@pytest.fixture
def hostile(shop: Path) -> Path:
    """Put beside the repository what must not be seen."""
    outside = shop.parent / "outside"
    outside.mkdir()
    (outside / "config.json").write_text(f'{{"auths": {{"registry": {{"auth": "{SECRET}"}}}}}}\n')
    (outside / "kustomization.yaml").write_text(f"configMapGenerator: [{{name: x, literals: [a={SECRET}]}}]\n")
    (outside / "a.yaml").write_text(CONFIG_MAP.replace("fetched", SECRET))
    return shop


@pytest.mark.thin(6)
@pytest.mark.parametrize("spoil", ODD.values(), ids=ODD)
def test_what_is_odd_is_named_and_never_shown(spoil: Callable[[Path], None], hostile: Path, generator: Run) -> None:
    # Every command ends in time, without a bug's exit code, and none shows what lies outside.
    spoil(hostile)
    done = generator("validate", cwd=hostile)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "error: " in done.stderr
    assert SECRET not in done.stdout + done.stderr
    summary = hostile.parent / "summary.md"
    for words in (
        ("diff", "--rendered", "--against", "HEAD", "--markdown", str(summary)),
        ("diff", "--rendered"), ("generate",), ("check",), ("status",), ("compare", "dev", "staging"),
        ("explain", KUSTOMIZATION), ("bump", "web", "--env", "dev", "--tag", "1.2.3"),
    ):  # fmt: skip
        done = generator(*words, cwd=hostile)
        assert done.returncode in (0, 1, 4), f"{words}: {done.stderr}"
        assert SECRET not in done.stdout + done.stderr
    assert SECRET not in (summary.read_text() if summary.exists() else "")


def test_the_spec_is_no_link(hostile: Path, generator: Run) -> None:
    (hostile / "generator.yaml").unlink()
    (hostile / "generator.yaml").symlink_to(hostile.parent / "outside/config.json")
    done = generator("check", cwd=hostile)
    assert (done.returncode, "auths" in done.stderr) == (1, False)
    assert "generator.yaml: a symbolic link" in done.stderr


@pytest.mark.thin(4)
@pytest.mark.parametrize("place", ["gitops/more", "docs", "deep/er/link"])
@pytest.mark.parametrize("commits", [False, True], ids=["untracked", "tracked"])
def test_a_link_out_of_the_repository_is_named_wherever_it_is(
    place: str, commits: bool, hostile: Path, generator: Run
) -> None:
    # Argo CD refuses the whole repository for it, and what is behind it is never shown.
    linked(place, "OUTSIDE")(hostile)
    if commits:
        git(hostile, "add", "--all")
    done = generator("validate", cwd=hostile)
    assert done.returncode == 1
    assert f"{place}:1:1: a link that leads out of this repository; replace it by what it points to" in done.stderr
    done = generator("diff", "--rendered", "--against", "HEAD", cwd=hostile)
    assert SECRET not in done.stdout + done.stderr


def test_links_within_the_repository_may_lead_anywhere_in_it(hostile: Path, generator: Run) -> None:
    (hostile / "docs").mkdir()
    (hostile / "docs/web").symlink_to("../base/web")
    (hostile / "absent").symlink_to("nowhere/yet")
    assert generator("validate", cwd=hostile).returncode == 0
    (hostile / "absolute").symlink_to(hostile / "base")
    assert "absolute:1:1: a link that leads out" in generator("validate", cwd=hostile).stderr


def test_links_within_the_repository_are_fine(shop: Path, generator: Run) -> None:
    (shop / OVERLAY / "same.yaml").symlink_to("kustomization.yaml")
    assert sources.faults(shop, OVERLAY, Rules()) == []


def test_an_overlay_does_not_build_on_that_of_another_environment(shop: Path, generator: Run) -> None:
    write(shop, "overlays/prod/web/kustomization.yaml", "resources: [../../dev/web]\n")
    environments = ("dev", "staging", "prod")
    [fault] = sources.faults(shop, "overlays/prod/web", Rules(environments=environments))
    assert "belongs to another environment" in fault.message
    assert sources.faults(shop, "overlays/prod/web", Rules(frozenset({"../../dev/web"}), environments)) == []


def test_what_is_allowed_of_another_environment_may_name_its_own_files(shop: Path, generator: Run) -> None:
    write(shop, "overlays/dev/shared/kustomization.yaml", "resources: [map.yaml]\nnamePrefix: a-\n")
    write(shop, "overlays/prod/web/kustomization.yaml", "resources: [../../dev/shared]\n")
    environments = ("dev", "staging", "prod")
    [fault] = sources.faults(shop, "overlays/prod/web", Rules(environments=environments))
    assert (fault.file, fault.message.split()[0]) == ("overlays/prod/web/kustomization.yaml", "../../dev/shared")
    allowed = Rules(frozenset({"../../dev/shared"}), environments)
    assert sources.faults(shop, "overlays/prod/web", allowed) == []
    write(shop, "overlays/dev/shared/kustomization.yaml", "resources: [../../staging/web]\n")
    [fault] = sources.faults(shop, "overlays/prod/web", allowed)
    assert fault.file == "overlays/dev/shared/kustomization.yaml"


def test_a_link_to_another_environment_is_a_reference_to_it(shop: Path, generator: Run) -> None:
    write(shop, "overlays/dev/shared/kustomization.yaml", "resources: [map.yaml]\n")
    write(shop, "overlays/prod/web/kustomization.yaml", "resources: [link]\n")
    (shop / "overlays/prod/web/link").symlink_to("../../dev/shared")
    [fault] = sources.faults(shop, "overlays/prod/web", Rules(environments=("dev", "staging", "prod")))
    assert (fault.path, "link belongs to another environment" in fault.message) == ("resources[0]", True)
